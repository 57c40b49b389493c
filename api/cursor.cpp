#include "api/cursor.hpp"

#include <algorithm>
#include <charconv>

#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace ingot::api {
namespace {

constexpr size_t kHashBytes = 8, kMacBytes = 16, kHeadBytes = 1 + kHashBytes + 8;

tl::unexpected<Error> bad_cursor() {
    Error error{Code::BadCursor, "the cursor is not one of this list, or too old: start again without it",
                "游标无效或已过期，请重新开始"};
    error.faults.push_back({"parameter:cursor", "bad-cursor", "not a cursor of this list", "不是该列表的游标"});
    return fail(std::move(error));
}

std::string mac_of(std::string_view key, std::string_view bytes) {
    return std::string(bytes_of(hmac_sha256(key, bytes)).substr(0, kMacBytes));
}

std::string sorted_query(Call const& call, bool with_limit) {
    std::vector<std::string> parts;
    for (Parameter const& parameter : call.parameters) {
        if (parameter.key == "cursor" || (!with_limit && parameter.key == "limit")) continue;
        parts.push_back(percent_encode(parameter.key) + '=' + percent_encode(parameter.value));
    }
    std::sort(parts.begin(), parts.end());
    std::string query;
    for (std::string const& part : parts) query += (query.empty() ? "" : "&") + part;
    return query;
}

Result<uint32_t> limit_of(Call const& call, Limits const& limits) {
    auto text = call.parameter("limit");
    if (!text) return static_cast<uint32_t>(limits.page_rows_default);
    uint32_t value = 0;
    auto [end, trouble] = std::from_chars(text->data(), text->data() + text->size(), value);
    bool const good = trouble == std::errc() && end == text->data() + text->size();
    if (good && value >= 1 && value <= limits.page_rows_max) return value;
    Error error{Code::InvalidParameter, "limit must be 1 to " + std::to_string(limits.page_rows_max),
                "limit 应为 1 至 " + std::to_string(limits.page_rows_max)};
    error.faults.push_back({"parameter:limit", "invalid-parameter", error.detail, error.detail_zh});
    return fail(std::move(error));
}

}  // namespace

std::string cursor_filter_hash(std::string_view method, std::string_view path, std::string_view query,
                               std::string_view principal) {
    std::string text;
    text.append(method).append(1, ' ').append(path).append(1, '\n').append(query);
    if (!principal.empty()) text.append(1, '\n').append(principal);
    return std::string(bytes_of(sha256(text)).substr(0, kHashBytes));
}

std::string make_cursor(std::string_view key, std::string_view filter_hash, int64_t issued, std::string_view position) {
    std::string bytes(1, '\x01');
    bytes += filter_hash;
    put_u64be(bytes, static_cast<uint64_t>(issued));
    bytes += position;
    bytes += mac_of(key, bytes);
    return to_base64url(bytes);
}

Result<std::string> read_cursor(std::string_view key, std::string_view filter_hash, int64_t now,
                                std::string_view cursor) {
    if (cursor.size() > kCursorCharsMax) return bad_cursor();
    auto bytes = from_base64url(cursor);
    if (!bytes || bytes->size() < kHeadBytes + kMacBytes) return bad_cursor();
    std::string_view const signed_part = std::string_view(*bytes).substr(0, bytes->size() - kMacBytes);
    std::string_view const mac = std::string_view(*bytes).substr(signed_part.size());
    if (!equal_in_constant_time(mac_of(key, signed_part), mac)) return bad_cursor();
    if (signed_part[0] != 1 || signed_part.substr(1, kHashBytes) != filter_hash) return bad_cursor();
    auto const issued = static_cast<int64_t>(get_u64be(signed_part, 1 + kHashBytes));
    if (issued > now + 60 || issued + kCursorSeconds <= now) return bad_cursor();
    return std::string(signed_part.substr(kHeadBytes));
}

Result<ListPage> ListPage::of(Call const& call, Services const& services) {
    ListPage page;
    auto limit = limit_of(call, services.limits);
    if (!limit) return fail(std::move(limit.error()));
    page.limit_ = *limit;
    page.path_ = std::string(call.request.head.path);
    page.query_ = sorted_query(call, true);
    page.key_ = services.cursor_key;
    page.hash_ = cursor_filter_hash("GET", page.path_, sorted_query(call, false), call.principal.id);
    page.now_ = to_micros(services.clock.now()) / 1'000'000;
    if (auto cursor = call.parameter("cursor")) {
        auto position = read_cursor(page.key_, page.hash_, page.now_, *cursor);
        if (!position) return fail(std::move(position.error()));
        page.position_ = std::move(*position);
    }
    return page;
}

std::string ListPage::next(std::string_view position) const { return make_cursor(key_, hash_, now_, position); }

std::string ListPage::link(std::string_view next) const {
    return '<' + path_ + '?' + query_ + (query_.empty() ? "" : "&") + "cursor=" + std::string(next) + ">; rel=\"next\"";
}

}  // namespace ingot::api
