#include "net/request_guard.hpp"

#include <cstring>

#include "net/field_syntax.hpp"
#include "net/request_line.hpp"

namespace ingot::net {
namespace {

// The fields that decide framing or identity, as met in one head.
struct Met {
    int host = 0, content_length = 0, transfer_encoding = 0, expect = 0, content_encoding = 0;
    int content_type = 0, authorization = 0, cookie = 0, origin = 0, idempotency_key = 0, if_match = 0, forwarded = 0;
    std::string_view host_value, length_value, transfer_value, expect_value, encoding_value;
};

void note(std::string_view name, std::string_view value, Met& met, Framing& framing) {
    auto is = [name](std::string_view wanted) { return same_name(name, wanted); };
    switch (name.size()) {
        case 4:
            if (is("host")) ++met.host, met.host_value = value;
            break;
        case 6:
            if (is("expect")) ++met.expect, met.expect_value = value;
            if (is("cookie")) ++met.cookie;
            if (is("origin")) ++met.origin;
            break;
        case 8:
            met.if_match += is("if-match");
            break;
        case 9:
            met.forwarded += is("forwarded");
            break;
        case 10:
            if (is("connection") && has_token(value, "close")) framing.close = true;
            break;
        case 12:
            met.content_type += is("content-type");
            break;
        case 13:
            met.authorization += is("authorization");
            break;
        case 14:
            if (is("content-length")) ++met.content_length, met.length_value = value;
            break;
        case 15:
            met.idempotency_key += is("idempotency-key");
            break;
        case 16:
            if (is("content-encoding")) ++met.content_encoding, met.encoding_value = value;
            break;
        case 17:
            if (is("transfer-encoding")) ++met.transfer_encoding, met.transfer_value = value;
            break;
        default:
            break;
    }
}

std::optional<Refusal> read_field(std::string_view line, Head& head, Met& met, Framing& framing) {
    if (line.front() == ' ' || line.front() == '\t')
        return bad_framing("a header line is folded (begins with a space)", "请求头有折行（以空格开头）");
    size_t colon = 0;
    while (colon < line.size() && is_token_char(line[colon])) ++colon;
    if (colon == line.size()) return bad_framing("a header line has no colon", "请求头的一行缺少冒号");
    if (line[colon] != ':')
        return bad_framing("a header name has a character that is not allowed, or a space after it",
                           "请求头名称含有不允许的字符，或其后有空格");
    if (colon == 0) return bad_framing("a header name is empty", "请求头名称为空");
    std::string_view name = line.substr(0, colon);
    std::string_view value = trimmed(line.substr(colon + 1));
    head.fields.emplace_back(name, value);
    note(name, value, met, framing);
    return std::nullopt;
}

std::optional<Refusal> check_host(Met const& met, bool http_1_0) {
    if (met.host > 1) return bad_framing("there are two Host fields", "有两个 Host 字段");
    if (met.host == 0)
        return http_1_0 ? std::nullopt : std::optional(bad_framing("the Host field is missing", "缺少 Host 字段"));
    if (!is_host(met.host_value))
        return bad_framing("the Host field is no host name or address with a port",
                           "Host 字段不是主机名或带端口的地址");
    return std::nullopt;
}

std::optional<Refusal> read_length(Met const& met, Head& head) {
    if (met.content_length == 0) return std::nullopt;
    if (met.content_length > 1) return bad_framing("there are two Content-Length fields", "有两个 Content-Length 字段");
    head.content_length = decimal_length(met.length_value);
    if (!head.content_length)
        return bad_framing("Content-Length is no decimal number below 2^63", "Content-Length 不是小于 2^63 的十进制数");
    head.has_body = *head.content_length > 0;
    return std::nullopt;
}

std::optional<Refusal> read_transfer_encoding(Met const& met, Head& head, Framing& framing) {
    if (met.transfer_encoding == 0) return std::nullopt;
    if (head.http_1_0)
        return bad_framing("Transfer-Encoding is not allowed in HTTP/1.0", "HTTP/1.0 不允许 Transfer-Encoding");
    if (met.content_length > 0)
        return bad_framing("Transfer-Encoding and Content-Length are both given",
                           "同时给出了 Transfer-Encoding 和 Content-Length");
    if (met.transfer_encoding > 1)
        return bad_framing("there are two Transfer-Encoding fields", "有两个 Transfer-Encoding 字段");
    switch (transfer_coding(met.transfer_value)) {
        case TransferCoding::Chunked:
            break;
        case TransferCoding::OtherThenChunked:
            return Refusal{501, "not-implemented", "the only transfer coding is chunked", "传输编码只支持 chunked"};
        case TransferCoding::Bad:
            return bad_framing("Transfer-Encoding is not chunked", "Transfer-Encoding 不是 chunked");
    }
    framing.chunked = true;
    head.has_body = true;
    return std::nullopt;
}

std::optional<Refusal> check_single(Met const& met) {
    for (auto const& [count, name] : {std::pair(met.content_type, "Content-Type"),
                                      {met.authorization, "Authorization"},
                                      {met.cookie, "Cookie"},
                                      {met.origin, "Origin"},
                                      {met.idempotency_key, "Idempotency-Key"},
                                      {met.if_match, "If-Match"},
                                      {met.forwarded, "Forwarded"}})
        if (count > 1)
            return bad_framing(std::string("there are two ") + name + " fields",
                               std::string("有两个 ") + name + " 字段");
    return std::nullopt;
}

std::optional<Refusal> read_expectation(Met const& met, Head const& head, Framing& framing) {
    if (met.expect == 0) return std::nullopt;
    if (met.expect > 1 || !same_name(met.expect_value, "100-continue"))
        return Refusal{417, "expectation-failed", "the only expectation served is 100-continue",
                       "Expect 只支持 100-continue"};
    framing.expect_continue = !head.http_1_0;  // RFC 9110 10.1.1: ignored from an HTTP/1.0 client
    return std::nullopt;
}

std::optional<Refusal> read_content_encoding(Met const& met, Framing& framing) {
    if (met.content_encoding == 0 || (met.content_encoding == 1 && same_name(met.encoding_value, "identity")))
        return std::nullopt;
    bool gzip = same_name(met.encoding_value, "gzip") || same_name(met.encoding_value, "x-gzip");
    if (met.content_encoding > 1 || !gzip)
        return Refusal{415, "unsupported-media-type", "a request body may be plain or, where stated, gzip",
                       "请求正文应不压缩，或在说明允许处使用 gzip"};
    framing.gzip = true;
    return std::nullopt;
}

// 421 keeps the connection: the request itself was well framed.
std::optional<Refusal> check_served(std::string_view authority, std::vector<std::string> const& hosts) {
    if (hosts.empty() || authority.empty()) return std::nullopt;
    std::string_view host = without_port(authority);
    for (auto const& served : hosts)
        if (same_name(host, served)) return std::nullopt;
    return Refusal{
        421,  "misdirected-request", "this node does not serve the requested host", "本节点不提供所请求的主机", {},
        false};
}

// Any byte below 0x20, or 0x7F, among these eight?
bool has_control(char const* eight) {
    constexpr uint64_t kOnes = 0x0101010101010101u;
    constexpr uint64_t kHighs = 0x8080808080808080u;
    uint64_t word = 0;
    std::memcpy(&word, eight, sizeof word);
    uint64_t below_space = (word - kOnes * 0x20) & ~word & kHighs;
    uint64_t zero_if_del = word ^ (kOnes * 0x7F);
    uint64_t del = (zero_if_del - kOnes) & ~zero_if_del & kHighs;
    return (below_space | del) != 0;
}

constexpr size_t kEmptyLinesMax = 2;
constexpr size_t kLineBesideTarget = kMethodBytesMax + 1 + 1 + 8;  // "METHOD" SP ... SP "HTTP/1.1"

}  // namespace

void HeadScan::restart() {
    begin_ = line_begin_ = at_ = empty_lines_ = 0;
    line_ends_.clear();
}

HeadScan::State HeadScan::refuse(Refusal refusal) {
    refusal_ = std::move(refusal);
    return State::Refused;
}

HeadScan::State HeadScan::look(std::string_view buffer) {
    while (at_ < buffer.size()) {
        while (at_ + 8 <= buffer.size() && !has_control(buffer.data() + at_)) at_ += 8;
        if (at_ == buffer.size()) break;
        auto byte = static_cast<unsigned char>(buffer[at_]);
        if ((byte >= 0x20 && byte != 0x7F) || byte == '\t') {
            ++at_;
            continue;
        }
        if (byte != '\r') {
            return refuse(byte == '\n' ? bad_framing("a line ends in LF alone", "有一行只以 LF 结束")
                                       : bad_framing("the head has a control character", "请求头含有控制字符"));
        }
        if (at_ + 1 == buffer.size()) break;  // wait for the LF
        if (buffer[at_ + 1] != '\n') return refuse(bad_framing("a CR is not followed by LF", "CR 之后没有 LF"));
        size_t carriage_return = at_;
        at_ += 2;
        State state = end_line(carriage_return);
        if (state != State::Incomplete) return state;
    }
    return check_sizes(buffer);
}

// A line ended: an empty one before the request line, the last one of the head, or one to take apart later.
HeadScan::State HeadScan::end_line(size_t carriage_return) {
    bool empty = carriage_return == line_begin_;
    line_begin_ = at_;
    if (!empty) {
        line_ends_.push_back(static_cast<uint32_t>(carriage_return));
        if (line_ends_.size() > limits_->fields_max + 1) return refuse(too_many_fields(limits_->fields_max));
        return State::Incomplete;
    }
    if (line_ends_.empty()) {
        begin_ = at_;
        if (++empty_lines_ > kEmptyLinesMax)
            return refuse(bad_framing("more than two empty lines before the request", "请求之前的空行超过两行"));
        return State::Incomplete;
    }
    if (at_ - begin_ > limits_->head_bytes_max) return refuse(head_too_large(limits_->head_bytes_max));
    return State::Complete;
}

// Everything received is looked at and the head has not ended: can it still end within the limits?
HeadScan::State HeadScan::check_sizes(std::string_view buffer) {
    if (line_ends_.empty() && buffer.size() - begin_ > limits_->target_bytes_max + kLineBesideTarget) {
        std::string_view line = buffer.substr(begin_);
        size_t space = line.substr(0, kMethodBytesMax + 1).find(' ');
        if (space == line.npos)
            return refuse(bad_framing("the request does not begin with a method", "请求不以方法开头"));
        return refuse(target_too_long(limits_->target_bytes_max));
    }
    if (buffer.size() - begin_ > limits_->head_bytes_max) return refuse(head_too_large(limits_->head_bytes_max));
    return State::Incomplete;
}

std::optional<Refusal> read_head(std::string_view buffer, HeadScan const& scan, Limits const& limits,
                                 std::vector<std::string> const& hosts, Head& head, Framing& framing) {
    auto const& ends = scan.line_ends();
    std::string_view authority;
    std::string_view line = buffer.substr(scan.head_begin(), ends.front() - scan.head_begin());
    if (auto refusal = read_request_line(line, limits, head, framing, authority)) return refusal;

    Met met;
    for (size_t i = 1; i < ends.size(); ++i) {
        size_t begin = ends[i - 1] + 2u;
        if (auto refusal = read_field(buffer.substr(begin, ends[i] - begin), head, met, framing)) return refusal;
    }
    if (head.http_1_0) framing.close = true;
    if (auto refusal = check_host(met, head.http_1_0)) return refusal;
    if (auto refusal = read_length(met, head)) return refusal;
    if (auto refusal = read_transfer_encoding(met, head, framing)) return refusal;
    if (auto refusal = check_single(met)) return refusal;
    if (auto refusal = read_expectation(met, head, framing)) return refusal;
    if (auto refusal = read_content_encoding(met, framing)) return refusal;
    return check_served(authority.empty() ? met.host_value : authority, hosts);
}

std::string_view accept_language(std::string_view buffer, HeadScan const& scan) {
    constexpr std::string_view kName = "accept-language:";
    auto const& ends = scan.line_ends();
    for (size_t i = 1; i < ends.size(); ++i) {
        size_t begin = ends[i - 1] + 2u;
        std::string_view line = buffer.substr(begin, ends[i] - begin);
        if (same_name(line.substr(0, kName.size()), kName)) return trimmed(line.substr(kName.size()));
    }
    return {};
}

}  // namespace ingot::net
