#include "app/node_client.hpp"

#include <sys/stat.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

#include "api/problem.hpp"
#include "app/exit_code.hpp"
#include "app/json_member.hpp"
#include "app/language.hpp"
#include "app/text_table.hpp"
#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "net/client.hpp"

namespace ingot::app {
namespace {

constexpr int kBusyRepeats = 10;
constexpr int kWaitSeconds = 30;  // a node that asks for more is full, degraded or over quota: a person should know

void warn_if_others_read(std::string const& file) {
    struct stat info {};
    if (::stat(file.c_str(), &info) != 0 || (info.st_mode & 077) == 0) return;
    std::cerr << "ingot: "
              << say("warning: " + file + " holds a key and others can read it; chmod 600 " + file,
                     "警告：" + file + " 存有密钥而他人可读；请执行 chmod 600 " + file)
              << "\n";
}

Result<std::string> read_key(std::string const& file) {
    std::ifstream input(file);
    std::string key;
    if (!input || !std::getline(input, key))
        return fail(Code::Usage,
                    "cannot read the API key in " + file + "; --key or INGOT_KEY names the file that holds it",
                    "无法读取 API 密钥文件 " + file + "；请用 --key 或 INGOT_KEY 指明密钥文件");
    constexpr std::string_view kStart = "ingk_";
    if (!key.starts_with(kStart))
        return fail(Code::Usage, file + " holds no API key; its first line begins with ingk_",
                    file + " 中没有 API 密钥；其第一行应以 ingk_ 开头");
    warn_if_others_read(file);
    return key;
}

// The lines of text from the node, without what steers a terminal.
std::string printable_lines(std::string const& text) {
    std::string out;
    for (size_t at = 0; at <= text.size();) {
        size_t const end = std::min(text.find('\n', at), text.size());
        out += (at == 0 ? "" : "\n") + printable(std::string_view(text).substr(at, end - at));
        at = end + 1;
    }
    return out;
}

// What would be right, after what is wrong with the connection.
Error with_hint(Error error, std::string const& url) {
    if (error.code != Code::Unreachable && error.code != Code::Timeout) return error;
    bool const certificate = error.detail.find("certificate") != std::string::npos;
    if (error.detail_zh.empty()) error.detail_zh = error.detail;
    error.detail += certificate ? "; --ca or INGOT_CA names the file of the authority that signed it (DIR/pki/ca.pem)"
                                : "; is a node running at " + url + "? --node or INGOT_NODE says where";
    error.detail_zh += certificate ? "；请用 --ca 或 INGOT_CA 指明签发它的 CA 文件（DIR/pki/ca.pem）"
                                   : "；节点是否在 " + url + " 运行？请用 --node 或 INGOT_NODE 指明地址";
    return error;
}

NodeAnswer to_answer(net::ClientAnswer& from) {
    NodeAnswer answer{from.status, std::move(from.body), {}};
    for (auto const& [name, value] : from.headers) answer.headers[to_lower_ascii(name)] = value;
    return answer;
}

}  // namespace

Result<NodeClient> NodeClient::open(NodeAddress const& address) {
    if (address.url.empty())
        return fail(Code::Usage, "which node? give --node https://HOST:PORT or set INGOT_NODE",
                    "请用 --node https://主机:端口 或环境变量 INGOT_NODE 指明节点");
    NodeClient client;
    client.url_ = address.url;
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
        if (!answer) return fail(with_hint(answer.error(), url_));
        bool busy = answer->status == 503 || answer->status == 429 ||
                    (answer->status == 409 && answer->body.find("idempotency-in-flight") != std::string::npos);
        int const wait = std::max(1, std::atoi(std::string(answer->header("Retry-After")).c_str()));
        if (!busy || attempt == kBusyRepeats || wait >= kWaitSeconds) return to_answer(*answer);
        std::this_thread::sleep_for(std::chrono::seconds(wait));
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
    if (!answer) return fail(with_hint(answer.error(), url_));
    return to_answer(*answer);
}

std::string fresh_key() {
    SystemRandom random;
    return format_uuid(make_uuid7(to_millis(SystemClock().now()), random));
}

Error to_error(NodeAnswer const& answer) {
    Json const problem = Json::parse(answer.body, nullptr, false);
    std::string const status = std::to_string(answer.status);
    std::string said;
    auto const code = api::code_of_slug(text(problem, "code"));
    if (text(problem, "title").empty()) {
        said = say("the node answered ", "节点答复 ") + status + say(": ", "：") + excerpt(answer.body, 200);
    } else {
        said = text(problem, "title");
        if (!text(problem, "detail").empty()) said += say(": ", "：") + text(problem, "detail");
        said += " (" + status + " " + text(problem, "code") + ")";
        for (Json const& fault : member(problem, "errors")) {
            std::string where = text(fault, "pointer");
            for (char const* member : {"parameter", "header"})
                if (where.empty()) where = text(fault, member);
            std::string const what = text(fault, "detail");
            if (where.empty() && what == text(problem, "detail")) continue;
            said += "\n  " + where + (where.empty() ? "" : ": ") + what;
        }
        if (!text(problem, "solve").empty()) said += "\n  " + text(problem, "solve");
    }
    said = printable_lines(said);
    Error error{code.value_or(Code::Unreachable), said, said};
    error.with("exit", int64_t(exit_of_status(answer.status)));
    return error;
}

}  // namespace ingot::app
