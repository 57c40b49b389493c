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
    static constexpr std::pair<int, std::string_view> kPhrases[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (auto const& [code, phrase] : kPhrases)
        if (code == status) return phrase;
    return "";
}

}  // namespace ingot::net
