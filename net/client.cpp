#include "net/client.hpp"

#include <algorithm>
#include <optional>

#include "base/encoding.hpp"
#include "net/chunked.hpp"
#include "net/client_connection.hpp"
#include "net/field_syntax.hpp"

namespace ingot::net {
namespace {

constexpr size_t kAnswerHeadMax = 64 * 1024;

tl::unexpected<Error> malformed(char const* what) {
    return fail(Code::Unreachable, std::string("the node's answer is malformed: ") + what, "节点的响应格式错误");
}

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

// Reads one answer from a connection.
class AnswerReader {
  public:
    AnswerReader(ClientConnection& connection, bool head_request, Client::Sink const& sink)
        : connection_(connection), head_request_(head_request), sink_(sink) {}

    Result<ClientAnswer> read();
    bool anything_came() const { return anything_came_; }
    bool keep() const { return keep_; }  // the connection can serve another request

  private:
    Result<bool> more();
    Result<void> read_head(ClientAnswer& answer);
    Result<void> parse_head(std::string_view head, ClientAnswer& answer);
    Result<void> read_body(ClientAnswer const& answer);
    Result<void> read_chunked();
    Result<void> read_length(uint64_t length);
    bool give(std::string_view piece);

    ClientConnection& connection_;
    bool head_request_;
    Client::Sink const& sink_;
    std::string buffer_;
    bool anything_came_ = false, keep_ = true, stopped_ = false;
};

Result<bool> AnswerReader::more() {
    auto got = connection_.read(buffer_);
    if (got && *got) anything_came_ = true;
    return got;
}

bool AnswerReader::give(std::string_view piece) {
    if (piece.empty() || sink_(piece)) return true;
    stopped_ = true;
    keep_ = false;
    return false;
}

Result<ClientAnswer> AnswerReader::read() {
    ClientAnswer answer;
    do {  // 100 Continue and other interim answers are passed over
        answer = ClientAnswer{};
        if (auto head = read_head(answer); !head) return fail(head.error());
    } while (answer.status >= 100 && answer.status < 200);
    if (has_token(answer.header("connection"), "close")) keep_ = false;
    if (!head_request_ && answer.status != 204 && answer.status != 304)
        if (auto body = read_body(answer); !body) return fail(body.error());
    if (!buffer_.empty()) keep_ = false;
    return answer;
}

Result<void> AnswerReader::read_head(ClientAnswer& answer) {
    size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == buffer_.npos) {
        if (buffer_.size() > kAnswerHeadMax) return malformed("its head is too large");
        auto got = more();
        if (!got) return fail(got.error());
        if (!*got) return fail(Code::Unreachable, "the node closed the connection without an answer", "节点关闭了连接");
    }
    auto parsed = parse_head(std::string_view(buffer_).substr(0, end + 2), answer);
    buffer_.erase(0, end + 4);
    return parsed;
}

Result<void> AnswerReader::parse_head(std::string_view head, ClientAnswer& answer) {
    size_t line_end = head.find("\r\n");
    std::string_view line = head.substr(0, line_end);
    bool good = line.size() >= 12 && line.starts_with("HTTP/1.") && line[8] == ' ';
    auto status = good ? decimal_length(line.substr(9, 3)) : std::nullopt;
    if (!status || *status < 100 || *status > 599) return malformed("no HTTP/1.1 status line");
    answer.status = static_cast<int>(*status);
    for (head.remove_prefix(line_end + 2); !head.empty(); head.remove_prefix(line_end + 2)) {
        line_end = head.find("\r\n");
        std::string_view field = head.substr(0, line_end);
        size_t colon = field.find(':');
        if (colon == field.npos || colon == 0) return malformed("a header line without a name");
        answer.headers.emplace_back(field.substr(0, colon), trimmed(field.substr(colon + 1)));
    }
    return {};
}

Result<void> AnswerReader::read_body(ClientAnswer const& answer) {
    if (same_name(answer.header("transfer-encoding"), "chunked")) return read_chunked();
    if (std::string_view length = answer.header("content-length"); !length.empty()) {
        auto bytes = decimal_length(length);
        if (!bytes) return malformed("its Content-Length is no number");
        return read_length(*bytes);
    }
    keep_ = false;  // until the connection ends
    for (;;) {
        if (!give(buffer_)) return {};
        buffer_.clear();
        auto got = more();
        if (!got) return fail(got.error());
        if (!*got) return {};
    }
}

Result<void> AnswerReader::read_length(uint64_t length) {
    while (length > 0) {
        if (buffer_.empty()) {
            auto got = more();
            if (!got) return fail(got.error());
            if (!*got) return malformed("it ends before its Content-Length");
        }
        size_t piece = static_cast<size_t>(std::min<uint64_t>(length, buffer_.size()));
        if (!give(std::string_view(buffer_).substr(0, piece))) return {};
        buffer_.erase(0, piece);
        length -= piece;
    }
    return {};
}

// The node is trusted not to send crumbs, so sizes are bounded per chunk only.
Result<void> AnswerReader::read_chunked() {
    ChunkedDecoder decoder(ChunkedDecoder::Side::Answer);
    for (;;) {
        size_t taken = 0;
        std::string piece;
        auto state = decoder.feed(buffer_, taken, piece);
        buffer_.erase(0, taken);
        if (!give(piece)) return {};
        if (state == ChunkedDecoder::State::Refused) return malformed("its chunks are not well formed");
        if (state == ChunkedDecoder::State::Done) return {};
        auto got = more();
        if (!got) return fail(got.error());
        if (!*got) return malformed("it was cut off before its last chunk");
    }
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
