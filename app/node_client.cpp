#include "app/node_client.hpp"

#include <sys/stat.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/client_calls.hpp"
#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "net/client.hpp"

namespace ingot::app {
namespace {

using Json = nlohmann::json;

constexpr int kBusyRepeats = 10;

Result<std::string> read_key(std::string const& file) {
    std::ifstream input(file);
    std::string key;
    if (!input || !std::getline(input, key)) return fail(Code::Usage, "cannot read the API key in " + file);
    struct stat info {};
    if (::stat(file.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
        std::cerr << "ingot: warning: " << file << " holds a key and is readable by others; chmod 600 " << file << "\n";
    return key;
}

NodeAnswer to_answer(net::ClientAnswer& from) {
    NodeAnswer answer{from.status, std::move(from.body), {}};
    for (auto const& [name, value] : from.headers) answer.headers[to_lower_ascii(name)] = value;
    return answer;
}

std::string text(Json const& object, char const* name) {
    auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Result<NodeClient> NodeClient::open(NodeAddress const& address) {
    if (address.url.empty())
        return fail(Code::Usage, "which node? give --node https://HOST:PORT or set INGOT_NODE",
                    "请用 --node https://主机:端口 或环境变量 INGOT_NODE 指明节点");
    NodeClient client;
    client.client_ = std::make_unique<net::Client>(address.url, address.ca_file, std::chrono::seconds(120));
    if (!address.key_file.empty()) {
        auto key = read_key(address.key_file);
        if (!key) return fail(key.error());
        client.key_ = std::move(*key);
    }
    return client;
}

NodeClient::NodeClient(NodeClient&&) noexcept = default;
NodeClient::~NodeClient() { wipe(key_); }

Result<NodeAnswer> NodeClient::send(std::string_view method, std::string const& target, std::string const& body,
                                    std::string const& content_type, std::string const& key, std::string const& accept,
                                    std::string const& if_match) {
    net::Headers headers{{"Accept", accept}, {"Accept-Language", speaks_chinese() ? "zh-CN" : "en"}};
    if (!key_.empty()) headers.emplace_back("Authorization", "Bearer " + key_);
    if (!body.empty()) headers.emplace_back("Content-Type", content_type);
    if (!key.empty()) headers.emplace_back("Idempotency-Key", key);
    if (!if_match.empty()) headers.emplace_back("If-Match", if_match);
    for (int attempt = 0;; ++attempt) {
        auto answer = client_->send(method, target, headers, body);
        if (!answer) return fail(answer.error());
        bool busy = answer->status == 503 || answer->status == 429 ||
                    (answer->status == 409 && answer->body.find("idempotency-in-flight") != std::string::npos);
        if (!busy || attempt == kBusyRepeats) return to_answer(*answer);
        int seconds = std::atoi(std::string(answer->header("Retry-After")).c_str());
        std::this_thread::sleep_for(std::chrono::seconds(std::min(std::max(seconds, 1), 30)));
    }
}

Result<NodeAnswer> NodeClient::stream(std::string const& target, std::string const& accept,
                                      std::function<void(std::string_view)> const& piece) {
    net::Headers headers{{"Accept", accept}, {"Accept-Language", speaks_chinese() ? "zh-CN" : "en"}};
    if (!key_.empty()) headers.emplace_back("Authorization", "Bearer " + key_);
    auto answer = client_->receive("GET", target, headers, {}, [&](std::string_view bytes) {
        piece(bytes);
        return true;
    });
    if (!answer) return fail(answer.error());
    return to_answer(*answer);
}

std::string fresh_key() {
    SystemRandom random;
    return format_uuid(make_uuid7(to_millis(SystemClock().now()), random));
}

int report(NodeAnswer const& answer) {
    Json problem = Json::parse(answer.body, nullptr, false);
    if (!problem.is_object() || text(problem, "title").empty()) {
        std::cerr << "ingot: the node answered " << answer.status << ": " << excerpt(answer.body, 200) << "\n";
    } else {
        std::cerr << "ingot: " << text(problem, "title");
        if (!text(problem, "detail").empty()) std::cerr << ": " << text(problem, "detail");
        std::cerr << " (" << answer.status << " " << text(problem, "code") << ")\n";
        for (Json const& fault : problem.value("errors", Json::array())) {
            std::string where = fault.contains("pointer") ? text(fault, "pointer") : text(fault, "parameter");
            std::cerr << "  " << where << ": " << text(fault, "detail") << "\n";
        }
        if (!text(problem, "solve").empty()) std::cerr << "  " << text(problem, "solve") << "\n";
    }
    if (answer.status == 401 || answer.status == 403) return kNotPermitted;
    return answer.status >= 500 ? kUnreachable : kNo;
}

int report(Error const& error) {
    bool chinese = speaks_chinese() && !error.detail_zh.empty();
    std::cerr << "ingot: " << (chinese ? error.detail_zh : error.detail) << "\n";
    return error.code == Code::Unreachable || error.code == Code::Timeout ? kUnreachable : kUsage;
}

}  // namespace ingot::app
