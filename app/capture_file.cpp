#include "app/capture_file.hpp"

#include <iterator>
#include <vector>

#include "api/problem.hpp"
#include "app/json_member.hpp"
#include "app/language.hpp"
#include "app/text_table.hpp"

namespace ingot::app {
namespace {

// The `error` of a refused row: {"type":slug,"detail":...,"errors":[{"pointer","detail"}]}.
Refusal refusal_of(Json const& row) {
    Refusal refusal;
    refusal.event_id = text(row, "event_id");
    Json const error = member(row, "error");
    std::string const type = text(error, "type");
    if (auto code = api::code_of_slug(type)) {
        auto const& known = api::problem_row(*code);
        refusal.what = say(known.title_en, known.title_zh);
        refusal.right = say(known.solve_en, known.solve_zh);
    } else {
        refusal.what = type;
    }
    std::string const detail = text(error, "detail");
    Json const faults = member(error, "errors");
    if (faults.empty() && !detail.empty()) refusal.what += say(": ", "：") + detail;
    if (!faults.empty()) refusal.right.clear();  // a fault says itself what would be right
    for (Json const& fault : faults)
        refusal.what += (&fault == &faults.front() ? say(": ", "：") : say("; ", "；")) + text(fault, "pointer") + " " +
                        text(fault, "detail");
    return refusal;
}

// Collects lines until a request is full.
class Sender {
  public:
    Sender(NodeClient& node, CaptureOptions const& options) : node_(node), options_(options) {
        target_ = std::string("/v1/events?on_error=") + (options.rollback ? "rollback" : "proceed");
        if (options.tolerant) target_ += "&accept=tolerant";
    }

    // `number` counts the lines of the file from 1.
    Result<void> add(std::string const& line, uint64_t number) {
        if (!lines_.empty() &&
            (lines_.size() >= options_.events_a_request || body_.size() + line.size() > options_.bytes_a_request)) {
            if (auto sent = flush(); !sent) return sent;
        }
        body_ += line;
        body_ += '\n';
        lines_.push_back(number);
        return {};
    }

    Result<void> flush() {
        if (lines_.empty()) return {};
        auto sent = send("application/x-ndjson");
        lines_.clear();
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
        if (!count(*answer)) return fail(stopped(to_error(*answer)));
        counts_.bytes += body_.size();
        if (options_.progress) options_.progress(counts_);
        return {};
    }

    // False when the answer is not about single events.
    bool count(NodeAnswer const& answer) {
        auto const type = answer.headers.find("content-type");
        if (type != answer.headers.end() && type->second.find("ndjson") != std::string::npos) {
            count_lines(answer.body);
            return true;
        }
        Json const body = Json::parse(answer.body, nullptr, false);
        if (!body.is_object() || !body.contains("results")) return false;
        for (Json const& row : body["results"]) count_row(row);
        return true;
    }

    void count_lines(std::string const& body) {
        for (size_t at = 0; at < body.size();) {
            size_t const end = std::min(body.find('\n', at), body.size());
            Json const row = Json::parse(body.begin() + long(at), body.begin() + long(end), nullptr, false);
            if (row.is_object() && row.contains("status")) count_row(row);
            at = end + 1;
        }
    }

    void count_row(Json const& row) {
        std::string const status = text(row, "status");
        if (status == "stored") ++counts_.stored;
        if (status == "duplicate") ++counts_.duplicate;
        if (status == "rolled_back" || status == "not_attempted") ++counts_.taken_back;
        if (status != "refused") return;
        ++counts_.refused;
        if (!options_.refused) return;
        Refusal refusal = refusal_of(row);
        size_t const index = row.value("index", size_t(0));
        refusal.place = index + 1;
        if (index < lines_.size()) refusal.line = lines_[index];
        options_.refused(refusal);
    }

    // An answer that ends the work says how far it had come.
    Error stopped(Error error) const {
        if (lines_.empty()) return error;
        std::string const first = std::to_string(lines_.front()), stored = std::to_string(counts_.stored);
        error.detail += "\n  stopped at line " + first + " with " + stored +
                        " events stored; what is stored counts as duplicate when you send the file again";
        error.detail_zh += "\n  停在第 " + first + " 行，已存 " + stored + " 个事件；重新发送文件时，已存的计为重复";
        return error;
    }

    NodeClient& node_;
    CaptureOptions const& options_;
    std::string target_, body_;
    std::vector<uint64_t> lines_;  // where the events of the request stand in the file
    CaptureCounts counts_;
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
    for (uint64_t number = 1; std::getline(input, line); ++number) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.empty()) continue;
        if (auto added = sender.add(line, number); !added) return fail(added.error());
    }
    if (auto sent = sender.flush(); !sent) return fail(sent.error());
    return sender.counts();
}

std::string refusal_line(Refusal const& refusal) {
    std::string const line = std::to_string(refusal.line), place = std::to_string(refusal.place);
    std::string out =
        refusal.line > 0 ? say("line " + line, "第 " + line + " 行") : say("event " + place, "第 " + place + " 个事件");
    if (!refusal.event_id.empty()) out += say(", ", "，") + refusal.event_id;
    out += say(": ", "：") + refusal.what;
    if (!refusal.right.empty()) out += say("; ", "；") + refusal.right;
    return printable(out);
}

bool looks_like_ndjson(std::istream& input) {
    std::string line, first;
    bool more = false;
    while (!more && std::getline(input, line)) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        more = !first.empty();
        if (first.empty()) first = line;
    }
    input.clear();
    input.seekg(0);
    return more && Json::parse(first, nullptr, false).is_object();
}

}  // namespace ingot::app
