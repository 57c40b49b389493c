// A small read-only tree of one JSON text, for event capture. It keeps what a common JSON tree loses and what EPCIS
// needs (spec/epcis-rest.md 1): the text of every number, the order of members, and the bytes of every value, so that
// an event can be stored as it was sent. Built in one pass over nlohmann's SAX events under the JSON rules of
// spec/security.md 8.
//
// Values lie in one array in document order; the children of a value follow it. Nothing here recurses. A tree borrows
// the text it was parsed from: keep the text alive. Reading is thread safe.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"

namespace ingot::tracechain {

struct JsonValue {
    enum class Kind : uint8_t { Null, Boolean, Number, String, Array, Object };

    std::string_view name;   // of a member, decoded; empty in arrays
    std::string_view text;   // String: decoded; Number, Boolean, Null: the token as written
    std::string_view bytes;  // the value as it stands in the text
    uint32_t count = 0;      // members or items
    uint32_t span = 1;       // values in this subtree, this one included
    Kind kind = Kind::Null;

    bool is_string() const { return kind == Kind::String; }
    bool is_number() const { return kind == Kind::Number; }
    bool is_boolean() const { return kind == Kind::Boolean; }
    bool is_array() const { return kind == Kind::Array; }
    bool is_object() const { return kind == Kind::Object; }
    bool is_true() const { return is_boolean() && text == "true"; }

    // Members or items, in order: for (JsonValue const& child : value)
    class Iterator {
      public:
        explicit Iterator(JsonValue const* at) : at_(at) {}
        JsonValue const& operator*() const { return *at_; }
        Iterator& operator++() {
            at_ += at_->span;
            return *this;
        }
        bool operator==(Iterator const& other) const { return at_ == other.at_; }

      private:
        JsonValue const* at_;
    };
    Iterator begin() const { return Iterator(this + 1); }
    Iterator end() const { return Iterator(this + span); }

    // The member of that name (the last one, for the one name that may repeat); null when absent or not an object.
    JsonValue const* find(std::string_view member) const;
};

struct JsonTerms {
    size_t depth_max = 64;
    size_t values_max = 2'000'000;
    size_t name_bytes_max = 256;
    size_t string_bytes_max = 64 * 1024;
    bool drop_byte_order_mark = true;         // EPCIS; elsewhere a mark is bad-json
    std::string_view repeatable = "eventID";  // the one member name that may repeat, last wins (epcis-rest.md 1 rule 3)
};
JsonTerms capture_json_terms(Limits const& limits);

class JsonTree {
  public:
    // BadJson (not JSON, trailing bytes, NaN, U+0000; extra `position`, a byte offset), BadEncoding (not UTF-8, lone
    // surrogate), BadNumber (not finite as a double), DuplicateMember (fault names the member), JsonDepth, JsonSize
    // (values, name length), TooLong (string length).
    static Result<JsonTree> parse(std::string_view text, JsonTerms const& terms);

    JsonValue const& root() const { return values_.front(); }
    // JSON pointer (RFC 6901) of a value of this tree that lies in `from`, relative to it. Linear in what it passes.
    static std::string pointer(JsonValue const& from, JsonValue const& to);

  private:
    friend class JsonTreeBuilder;
    std::vector<JsonValue> values_;
    std::deque<std::string> decoded_;  // strings that had escapes; a deque keeps them in place
};

// A member name as one step of a JSON pointer: ~ and / escaped, with the leading slash.
std::string pointer_step(std::string_view name);

}  // namespace ingot::tracechain
