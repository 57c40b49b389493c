#include "app/capture_file.hpp"

#include <iterator>
#include <nlohmann/json.hpp>

namespace ingot::app {
namespace {

using Json = nlohmann::json;

// Collects lines until a request is full.
class Sender {
  public:
    Sender(NodeClient& node, CaptureOptions const& options) : node_(node), options_(options) {
        target_ = std::string("/v1/events?on_error=") + (options.rollback ? "rollback" : "proceed");
        if (options.tolerant) target_ += "&accept=tolerant";
    }

    Result<void> add(std::string const& line) {
        if (events_ > 0 &&
            (events_ >= options_.events_a_request || body_.size() + line.size() > options_.bytes_a_request)) {
            if (auto sent = flush(); !sent) return sent;
        }
        body_ += line;
        body_ += '\n';
        ++events_;
        return {};
    }

    Result<void> flush() {
        if (events_ == 0) return {};
        auto sent = send("application/x-ndjson");
        place_ += events_;
        events_ = 0;
        body_.clear();
        return sent;
    }

    Result<void> send_whole(std::string body) {
        body_ = std::move(body);
        return send("application/json");
    }

    CaptureCounts const& counts() const { return counts_; }

  private:
    Result<void> send(std::string const& type) {
        auto answer = node_.send("POST", target_, body_, type, fresh_key());
        if (!answer) return fail(answer.error());
        if (answer->headers.count("content-type") &&
            answer->headers["content-type"].find("ndjson") != std::string::npos)
            count_lines(answer->body);
        else
            count_document(*answer);
        if (!understood_) {
            Json problem = Json::parse(answer->body, nullptr, false);
            std::string detail = problem.is_object() ? problem.value("detail", problem.value("title", "")) : "";
            return fail(Code::Unreachable, "the node answered " + std::to_string(answer->status) + ": " + detail);
        }
        if (options_.progress) options_.progress(counts_);
        return {};
    }

    void count_lines(std::string const& body) {
        understood_ = true;
        size_t at = 0;
        while (at < body.size()) {
            size_t end = std::min(body.find('\n', at), body.size());
            Json row = Json::parse(body.begin() + long(at), body.begin() + long(end), nullptr, false);
            if (row.is_object() && row.contains("status")) count_row(row);
            at = end + 1;
        }
    }

    void count_document(NodeAnswer const& answer) {
        Json body = Json::parse(answer.body, nullptr, false);
        understood_ = body.is_object() && body.contains("results");
        if (!understood_) return;
        for (Json const& row : body["results"]) count_row(row);
    }

    void count_row(Json const& row) {
        std::string status = row.value("status", "");
        if (status == "stored") ++counts_.stored;
        if (status == "duplicate") ++counts_.duplicate;
        if (status != "refused") return;
        ++counts_.refused;
        if (options_.refused)
            options_.refused(place_ + row.value("index", uint64_t(0)), row.value("error", Json()).dump());
    }

    NodeClient& node_;
    CaptureOptions const& options_;
    std::string target_, body_;
    size_t events_ = 0;
    uint64_t place_ = 0;
    CaptureCounts counts_;
    bool understood_ = true;
};

}  // namespace

Result<CaptureCounts> capture_stream(NodeClient& node, std::istream& input, bool ndjson,
                                     CaptureOptions const& options) {
    Sender sender(node, options);
    if (!ndjson) {
        std::string body((std::istreambuf_iterator<char>(input)), std::istreambuf_iterator<char>());
        if (auto sent = sender.send_whole(std::move(body)); !sent) return fail(sent.error());
        return sender.counts();
    }
    std::string line;
    while (std::getline(input, line)) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.empty()) continue;
        if (auto added = sender.add(line); !added) return fail(added.error());
    }
    if (auto sent = sender.flush(); !sent) return fail(sent.error());
    return sender.counts();
}

bool looks_like_ndjson(std::istream& input) {
    std::string first, second;
    std::getline(input, first);
    bool more = bool(std::getline(input, second)) && !second.empty();
    input.clear();
    input.seekg(0);
    return more && Json::parse(first, nullptr, false).is_object();
}

}  // namespace ingot::app
