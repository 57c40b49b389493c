#include "net/client.hpp"

#include <algorithm>
#include <optional>

#include "base/encoding.hpp"
#include "net/answer_reader.hpp"
#include "net/client_connection.hpp"
#include "net/field_syntax.hpp"

namespace ingot::net {
namespace {

struct Place {
    std::string host, port, path;
};

Result<Place> parse_url(std::string const& url) {
    auto refused = [&] {
        return fail(Code::Usage, "not a node address: \"" + excerpt(url, 200) + "\"; wanted https://HOST[:PORT]",
                    "不是节点地址，应为 https://主机[:端口]");
    };
    if (!url.starts_with("https://")) return refused();
    std::string rest = url.substr(8);
    size_t slash = rest.find('/');
    std::string authority = rest.substr(0, slash);
    if (!is_host(authority)) return refused();
    Place place;
    place.path = slash == rest.npos ? "" : rest.substr(slash);
    while (place.path.ends_with('/')) place.path.pop_back();
    std::string_view host = without_port(authority);
    place.port = host.size() == authority.size() ? "443" : authority.substr(host.size() + 1);
    if (host.front() == '[') host = host.substr(1, host.size() - 2);
    place.host = host;
    return place;
}

bool may_repeat(std::string_view method, Headers const& headers) {
    for (std::string_view safe : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
        if (method == safe) return true;
    return std::any_of(headers.begin(), headers.end(),
                       [](auto const& header) { return same_name(header.first, "idempotency-key"); });
}

std::string serialise(std::string_view method, Place const& place, std::string_view target, Headers const& headers,
                      std::string_view body) {
    std::string out;
    out.append(method).append(" ").append(place.path).append(target).append(" HTTP/1.1\r\nHost: ");
    bool v6 = place.host.find(':') != place.host.npos;
    out.append(v6 ? "[" + place.host + "]" : place.host);
    if (place.port != "443") out.append(":").append(place.port);
    out.append("\r\n");
    for (auto const& [name, value] : headers) out.append(name).append(": ").append(value).append("\r\n");
    bool sends = !body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
    if (sends) out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    out.append("\r\n").append(body);
    return out;
}

}  // namespace

std::string_view ClientAnswer::header(std::string_view name) const {
    for (auto const& [field, value] : headers)
        if (equal_ignoring_ascii_case(field, name)) return value;
    return {};
}

struct Client::State {
    std::string url, ca_file;
    std::chrono::milliseconds timeout;
    Place place;
    std::shared_ptr<certs::ClientTlsContext const> tls;
    std::unique_ptr<ClientConnection> connection;

    Result<void> prepare() {
        if (tls) return {};
        auto parsed = parse_url(url);
        if (!parsed) return fail(parsed.error());
        auto loaded = certs::ClientTlsContext::load(ca_file);
        if (!loaded) return fail(loaded.error());
        place = std::move(*parsed);
        tls = std::move(*loaded);
        return {};
    }

    Result<void> connect() {
        auto opened = ClientConnection::open(place.host, place.port, tls, timeout);
        if (!opened) return fail(opened.error());
        connection = std::move(*opened);
        return {};
    }
};

Client::Client(std::string url, std::string ca_file, std::chrono::milliseconds timeout)
    : state_(std::make_unique<State>(State{std::move(url), std::move(ca_file), timeout, {}, {}, {}})) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<ClientAnswer> Client::send(std::string_view method, std::string_view target, Headers const& headers,
                                  std::string_view body) {
    std::string collected;
    auto answer = receive(method, target, headers, body, [&](std::string_view piece) {
        collected.append(piece);
        return true;
    });
    if (answer) answer->body = std::move(collected);
    return answer;
}

Result<ClientAnswer> Client::receive(std::string_view method, std::string_view target, Headers const& headers,
                                     std::string_view body, Sink const& sink) {
    if (auto ready = state_->prepare(); !ready) return fail(ready.error());
    std::string request = serialise(method, state_->place, target, headers, body);
    auto& connection = state_->connection;
    if (connection && !connection->looks_alive()) connection.reset();
    for (;;) {
        bool kept = connection != nullptr;
        if (!kept)
            if (auto opened = state_->connect(); !opened) return fail(opened.error());
        auto sent = connection->write(request);
        AnswerReader reader(*connection, method == "HEAD", sink);
        // A refusal may be waiting even if the body could not be sent whole.
        auto answer = reader.read();
        if (!answer || !sent || !reader.keep()) connection.reset();
        if (answer) return answer;
        bool again =
            kept && !reader.anything_came() && may_repeat(method, headers) && answer.error().code == Code::Unreachable;
        if (!again) return answer;
    }
}

}  // namespace ingot::net
