#include "api/request_checks.hpp"

#include <algorithm>

#include "api/json_reader.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace ingot::api {
namespace {

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

size_t count_fields(net::Head const& head, std::string_view name) {
    return static_cast<size_t>(std::count_if(head.fields.begin(), head.fields.end(), [&](auto const& field) {
        return equal_ignoring_ascii_case(field.first, name);
    }));
}

// The media type when it is well formed and its only parameter, if any, is charset=utf-8.
std::optional<std::string> media_type(std::string_view field) {
    size_t const semicolon = field.find(';');
    std::string type = to_lower_ascii(trim(field.substr(0, semicolon)));
    if (semicolon == std::string_view::npos) return type;
    std::string_view const parameter = trim(field.substr(semicolon + 1));
    size_t const equals = parameter.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    std::string_view value = parameter.substr(equals + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    bool const utf8 =
        equal_ignoring_ascii_case(parameter.substr(0, equals), "charset") && equal_ignoring_ascii_case(value, "utf-8");
    return utf8 ? std::optional(type) : std::nullopt;
}

std::vector<std::string_view> types_of(Body body) {
    switch (body) {
        case Body::None:
            return {};
        case Body::Json:
            return {"application/json"};
        case Body::Patch:
            return {"application/merge-patch+json", "application/json"};
        case Body::Batch:
            return {"application/json", "application/x-ndjson"};
        case Body::Capture:
            return {"application/json", "application/ld+json", "application/x-ndjson"};
    }
    return {};
}

}  // namespace

Result<std::optional<std::string_view>> bearer_token(net::Head const& head) {
    size_t const count = count_fields(head, "Authorization");
    if (count == 0) return std::nullopt;
    if (count > 1) return fail(Code::TwoCredentials, "Authorization stands twice", "出现了两个 Authorization");
    std::string_view const field = trim(head.field("Authorization"));
    if (field.size() < 7 || !equal_ignoring_ascii_case(field.substr(0, 7), "Bearer "))
        return fail(Code::InvalidToken, "only \"Authorization: Bearer <API key>\" is understood here",
                    "此处只接受 Authorization: Bearer <API 密钥>");
    return trim(field.substr(7));
}

bool is_lines(net::Head const& head) {
    return media_type(head.field("Content-Type")) == std::optional<std::string>("application/x-ndjson");
}

Result<void> check_media_type(Body body, net::Head const& head) {
    auto const allowed = types_of(body);
    if (allowed.empty()) return {};
    auto const type = media_type(head.field("Content-Type"));
    if (type && std::find(allowed.begin(), allowed.end(), *type) != allowed.end()) return {};
    std::string list;
    for (auto one : allowed) list.append(list.empty() ? "" : ", ").append(one);
    return fail(Code::UnsupportedMediaType, "Content-Type must be one of: " + list,
                "Content-Type 应为以下之一：" + list);
}

Result<std::vector<Parameter>> read_parameters(std::string_view query, size_t most) {
    std::vector<Parameter> parameters;
    while (!query.empty()) {
        size_t const end = query.find('&');
        std::string_view const item = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
        if (item.empty()) continue;
        size_t const equals = item.find('=');
        auto name = percent_decode(item.substr(0, equals));
        auto value = percent_decode(equals == std::string_view::npos ? std::string_view() : item.substr(equals + 1));
        if (!name || !value)
            return fail(Code::BadEncoding, "a percent-escape in the query is malformed, a NUL, or not UTF-8",
                        "查询中的百分号转义不正确、为空字符或不是 UTF-8");
        std::string key = fold_name(*name);
        for (auto const& known : parameters)
            if (known.key == key && known.name != *name)
                return fail(Code::DuplicateMember, "two spellings of the parameter \"" + excerpt(*name) + "\"",
                            "参数 \"" + excerpt(*name) + "\" 有两种写法");
        parameters.push_back({std::move(*name), std::move(key), std::move(*value)});
        if (parameters.size() > most)
            return fail(Code::InvalidParameter, "more than " + std::to_string(most) + " query parameters",
                        "查询参数超过 " + std::to_string(most) + " 个");
    }
    return parameters;
}

Result<std::string> read_idempotency_key(Key rule, net::Head const& head) {
    if (rule == Key::Ignored) return std::string();
    size_t const count = count_fields(head, "Idempotency-Key");
    if (count == 0) {
        if (rule == Key::Accepted) return std::string();
        return fail(Code::IdempotencyKeyRequired,
                    "this route needs an Idempotency-Key of 16 to 64 visible ASCII characters, made once for each act",
                    "此路径需要 Idempotency-Key：16 到 64 个可见 ASCII 字符，每次操作生成一个");
    }
    std::string_view key = trim(head.field("Idempotency-Key"));
    if (key.size() >= 2 && key.front() == '"' && key.back() == '"') key = key.substr(1, key.size() - 2);
    bool const visible = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F && c != '"'; });
    if (count > 1 || key.size() < 16 || key.size() > 64 || !visible)
        return fail(Code::IdempotencyKeyInvalid, "the Idempotency-Key must be 16 to 64 visible ASCII characters",
                    "Idempotency-Key 应为 16 到 64 个可见 ASCII 字符");
    return std::string(key);
}

Digest request_hash(net::Request const& request) {
    Sha256 hash;
    auto add = [&](std::string_view piece) {
        std::string length;
        put_u32be(length, static_cast<uint32_t>(piece.size()));
        hash.add(length).add(piece);
    };
    add(request.head.method_text);
    add(request.head.path);
    add(request.head.query);
    add(request.head.field("Content-Type"));
    add(request.body);
    return hash.finish();
}

}  // namespace ingot::api
