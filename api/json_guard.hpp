// The check of a JSON text before anything is built from it (spec/security.md 8): one pass, no tree, bounded depth,
// every refusal with the byte where it was found. The same pass can feed a sink, so that the reader needs no second
// grammar. Thread safe, no state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "base/result.hpp"

namespace ingot::api {

struct JsonRules {
    size_t depth_max = 32;
    size_t values_max = 100'000;    // values of every kind, containers included
    size_t members_max = SIZE_MAX;  // of one object
    size_t name_bytes_max = 256;
    size_t string_bytes_max = 64 * 1024;
    bool drop_byte_order_mark = false;  // EPCIS

    static JsonRules body(Limits const& limits);     // one object
    static JsonRules batch(Limits const& limits);    // many items: batch_values_max
    static JsonRules capture(Limits const& limits);  // EPCIS: batch_values_max, epcis_depth_max, one mark dropped
};

enum class JsonKind : uint8_t { null, boolean, number, text, array, object };

// What the pass meets, in the order of the text. Offsets are bytes of the text given.
class JsonSink {
  public:
    virtual ~JsonSink() = default;
    virtual void name(std::string decoded) = 0;          // of the member whose value follows
    virtual void open(JsonKind kind, size_t begin) = 0;  // array or object
    virtual void close(size_t end) = 0;                  // of the innermost open one
    virtual void leaf(JsonKind kind, size_t begin, size_t end, std::string decoded) = 0;  // decoded: text only
};

// BadJson (with `position`), BadEncoding, DuplicateMember, JsonDepth, JsonSize, TooLong.
Result<void> check_json(std::string_view text, JsonRules const& rules = {}, JsonSink* sink = nullptr);

// The same JSON text indented by two spaces; the text must have passed check_json.
std::string indent_json(std::string_view text);

// Appends `text` as a JSON string with its quotes: always valid UTF-8, malformed input replaced by U+FFFD.
void write_text(std::string& out, std::string_view text);
std::string json_quote(std::string_view text);

}  // namespace ingot::api
