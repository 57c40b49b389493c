#include "net/request_line.hpp"

#include "base/encoding.hpp"
#include "net/field_syntax.hpp"

namespace ingot::net {
namespace {

// Methods are case-sensitive (RFC 9110 9.1).
Method method_of(std::string_view text) {
    for (Method method :
         {Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options})
        if (name(method) == text) return method;
    return Method::Other;
}

std::optional<Refusal> check_method(std::string_view method) {
    if (method.empty() || method.size() > kMethodBytesMax)
        return bad_framing("the method is empty or longer than 16 characters", "方法为空或超过 16 个字符");
    for (char c : method)
        if (!is_token_char(c))
            return bad_framing("the method has a character that is not allowed", "方法含有不允许的字符");
    return std::nullopt;
}

std::optional<Refusal> check_target(std::string_view target, Limits const& limits) {
    if (target.size() > limits.target_bytes_max) return target_too_long(limits.target_bytes_max);
    if (target.empty()) return bad_framing("the target is empty", "请求目标为空");
    for (char c : target) {
        auto byte = static_cast<unsigned char>(c);
        if (byte < 0x21 || byte > 0x7E || byte == '#')
            return bad_framing("the target has a space, #, or a byte that must be percent-encoded",
                               "请求目标含有空格、# 或须转义的字节");
    }
    return std::nullopt;
}

std::optional<Refusal> read_version(std::string_view version, Head& head) {
    if (version == "HTTP/1.1") return std::nullopt;
    if (version == "HTTP/1.0") {
        head.http_1_0 = true;
        return std::nullopt;
    }
    auto digit = [version](size_t at) { return version[at] >= '0' && version[at] <= '9'; };
    if (version.size() == 8 && version.starts_with("HTTP/") && digit(5) && version[6] == '.' && digit(7))
        return Refusal{505, "version-not-supported", "the versions served are HTTP/1.1 and HTTP/1.0",
                       "支持的版本为 HTTP/1.1 和 HTTP/1.0"};
    return bad_framing("the request line does not end in HTTP/1.1", "请求行不以 HTTP/1.1 结束");
}

std::optional<Refusal> check_served_method(Head const& head) {
    if (head.method != Method::Other) return std::nullopt;
    if (head.method_text == "CONNECT" || head.method_text == "TRACE")
        return Refusal{405, "method-not-allowed", "CONNECT and TRACE are not served", "不提供 CONNECT 和 TRACE"};
    return Refusal{501, "method-unknown", "the method is not known; methods are upper case",
                   "不认识的方法；方法须为大写"};
}

void split_target(std::string_view target, Head& head) {
    head.target = target;
    size_t question = target.find('?');
    head.path = target.substr(0, question);
    head.query = question == target.npos ? std::string_view{} : target.substr(question + 1);
}

std::optional<Refusal> read_absolute_form(std::string_view target, Head& head, std::string_view& authority) {
    size_t scheme = target.find("://");
    bool ours = scheme != target.npos && (equal_ignoring_ascii_case(target.substr(0, scheme), "https") ||
                                          equal_ignoring_ascii_case(target.substr(0, scheme), "http"));
    if (!ours)
        return bad_framing("the target begins neither with / nor with https://",
                           "请求目标既不以 / 也不以 https:// 开头");
    std::string_view rest = target.substr(scheme + 3);
    size_t slash = rest.find('/');
    authority = rest.substr(0, slash);
    if (!is_host(authority)) return bad_framing("the target has no valid host", "请求目标的主机不正确");
    split_target(slash == rest.npos ? std::string_view("/") : rest.substr(slash), head);
    return std::nullopt;
}

}  // namespace

std::optional<Refusal> read_request_line(std::string_view line, Limits const& limits, Head& head, Framing& framing,
                                         std::string_view& authority) {
    if (line.front() == ' ' || line.front() == '\t')
        return bad_framing("the request line begins with a space", "请求行以空格开头");
    size_t first = line.find(' ');
    if (auto refusal = check_method(line.substr(0, first))) return refusal;
    if (first == line.npos) return bad_framing("the request line has no target", "请求行缺少目标");
    size_t last = line.rfind(' ');
    if (last == first) return bad_framing("the request line has no version", "请求行缺少版本");
    std::string_view target = line.substr(first + 1, last - first - 1);
    if (auto refusal = check_target(target, limits)) return refusal;
    if (auto refusal = read_version(line.substr(last + 1), head)) return refusal;

    head.method_text = line.substr(0, first);
    head.method = method_of(head.method_text);
    if (auto refusal = check_served_method(head)) return refusal;
    if (target == "*") {
        if (head.method != Method::Options)
            return bad_framing("only OPTIONS may have the target *", "只有 OPTIONS 可以使用目标 *");
        framing.asterisk = true;
    }
    if (target.front() != '/' && !framing.asterisk) return read_absolute_form(target, head, authority);
    split_target(target, head);
    return std::nullopt;
}

}  // namespace ingot::net
