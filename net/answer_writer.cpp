#include "net/answer_writer.hpp"

#include <array>
#include <charconv>

#include "net/field_syntax.hpp"

namespace ingot::net {
namespace {

void append_number(uint64_t number, int base, std::string& out) {
    std::array<char, 24> text;
    auto end = std::to_chars(text.data(), text.data() + text.size(), number, base).ptr;
    out.append(text.data(), end);
}

bool is_transport_field(std::string_view name) {
    switch (name.size()) {
        case 4:
            return same_name(name, "date");
        case 10:
            return same_name(name, "request-id") || same_name(name, "connection");
        case 14:
            return same_name(name, "content-length");
        case 17:
            return same_name(name, "transfer-encoding");
        default:
            return false;
    }
}

bool is_safe_name(std::string_view name) {
    for (char c : name)
        if (!is_token_char(c)) return false;
    return !name.empty() && !is_transport_field(name);
}

bool is_safe_value(std::string_view value) {
    for (char c : value)
        if (c == '\r' || c == '\n' || c == '\0') return false;
    return true;
}

// Lines kept ready: each ends in CRLF, none is empty, every name is safe.
bool are_safe_lines(std::string_view lines) {
    while (!lines.empty()) {
        size_t end = lines.find('\n');
        if (end == lines.npos || end == 0 || lines[end - 1] != '\r') return false;
        std::string_view line = lines.substr(0, end - 1);
        size_t colon = line.find(':');
        if (colon == line.npos || !is_safe_name(line.substr(0, colon)) || !is_safe_value(line.substr(colon + 1)))
            return false;
        lines.remove_prefix(end + 1);
    }
    return true;
}

// RFC 9110 8.6 and 15.4.5: 1xx, 204 and 304 have no body and say no length.
bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

BodyForm form_of(Answer const& answer, AnswerContext const& context) {
    if (!may_have_body(status_of(answer))) return BodyForm::None;
    if (!answer.stream) return BodyForm::Length;
    return context.http_1_0 ? BodyForm::UntilClose : BodyForm::Chunked;
}

}  // namespace

std::string_view FixedLines::at(Time now) {
    int64_t second = to_micros(now) / 1'000'000;
    if (second == second_) return lines_;
    second_ = second;
    lines_ =
        "Date: " + format_http_date(now) + "\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n";
    if (hsts_) lines_ += "Strict-Transport-Security: max-age=31536000\r\n";
    return lines_;
}

std::string_view body_of(Answer const& answer) {
    return answer.rendered ? std::string_view(answer.rendered->body) : std::string_view(answer.body);
}

int status_of(Answer const& answer) { return answer.rendered ? answer.rendered->status : answer.status; }

std::optional<BodyForm> write_head(Answer const& answer, AnswerContext const& context, std::string& out) {
    for (auto const& [name, value] : answer.headers)
        if (!is_safe_name(name) || !is_safe_value(value)) return std::nullopt;
    if (answer.rendered && !are_safe_lines(answer.rendered->header_lines)) return std::nullopt;
    int status = status_of(answer);
    if (status < 200 || status > 599) return std::nullopt;

    out.append("HTTP/1.1 ");
    append_number(static_cast<uint64_t>(status), 10, out);
    out.append(" ").append(reason_phrase(status)).append("\r\n");
    out.append(context.fixed_lines);
    out.append("Request-Id: ").append(context.request_id).append("\r\n");
    if (answer.rendered) out.append(answer.rendered->header_lines);
    for (auto const& [name, value] : answer.headers) out.append(name).append(": ").append(value).append("\r\n");
    BodyForm form = form_of(answer, context);
    if (form == BodyForm::Length) {
        out.append("Content-Length: ");
        append_number(body_of(answer).size(), 10, out);
        out.append("\r\n");
    }
    if (form == BodyForm::Chunked) out.append("Transfer-Encoding: chunked\r\n");
    if (context.close || form == BodyForm::UntilClose) out.append("Connection: close\r\n");
    out.append("\r\n");
    return context.head_request ? BodyForm::None : form;
}

void append_chunk(std::string_view data, std::string& out) {
    if (data.empty()) return;
    append_number(data.size(), 16, out);
    out.append("\r\n").append(data).append("\r\n");
}

void append_last_chunk(std::string& out) { out.append("0\r\n\r\n"); }

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 421:
            return "Misdirected Request";
        case 422:
            return "Unprocessable Content";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        case 507:
            return "Insufficient Storage";
        default:
            return "";  // RFC 9112 4: the phrase may be empty
    }
}

}  // namespace ingot::net
