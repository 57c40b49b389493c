// Cursors of lists (spec/api-conventions.md 5): base64url of version, filter hash, time of issue, position and a MAC;
// bound to route, filters and principal, good for 24 hours. Lists hand out `next` and accept `cursor`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/handler.hpp"

namespace ingot::api {

inline constexpr size_t kCursorCharsMax = 2048;  // 512 but for identifiers over 350 bytes
inline constexpr int64_t kCursorSeconds = 24 * 3600;

// First 8 bytes of SHA-256 of `METHOD path LF query [LF principal]`; `query` sorted, without limit and cursor.
std::string cursor_filter_hash(std::string_view method, std::string_view path, std::string_view query,
                               std::string_view principal);

std::string make_cursor(std::string_view key, std::string_view filter_hash, int64_t issued, std::string_view position);
// The position. BadCursor for a wrong, foreign, old or cut one.
Result<std::string> read_cursor(std::string_view key, std::string_view filter_hash, int64_t now,
                                std::string_view cursor);

// The list a call asks for: its rows and where it goes on. InvalidParameter for a limit outside 1..1000, BadCursor.
class ListPage {
  public:
    static Result<ListPage> of(Call const& call, Services const& services);

    uint32_t limit() const { return limit_; }
    std::optional<std::string> const& position() const { return position_; }  // nothing = from the start
    // The value of `next` for a list that goes on behind `position`.
    std::string next(std::string_view position) const;
    // Link header of RFC 8288 with all parameters repeated: </v1/...?...&cursor=...>; rel="next".
    std::string link(std::string_view next) const;

  private:
    uint32_t limit_ = 0;
    std::optional<std::string> position_;
    std::string key_, hash_, path_, query_;
    int64_t now_ = 0;
};

}  // namespace ingot::api
