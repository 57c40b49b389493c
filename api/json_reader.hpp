// Reads the JSON body of a /v1 request into typed values and says everything that is wrong with it at once.
//
//     auto body = JsonBody::parse(call.body());
//     if (!body) return fail(body.error());
//     JsonObject root = body->object();
//     Order order{root.text("prefix", 64), root.integer("count", 1, 10'000), root.text_if("note", 1024)};
//     if (auto fine = body->finish(); !fine) return fail(fine.error());   // 400, `errors` with JSON pointers
//
// Names are given in camelCase and compared without case and underscores (api-conventions.md 3); two spellings of one
// name in one object are a `duplicate-member`. A member nobody asked for is an `unknown-member`. A wrong or missing
// member answers a default and leaves a fault, so reading goes on; finish() must be asked before the values are used.
// Number texts are kept as they stand: nothing goes through a double. One thread; objects may outlive the body.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json_guard.hpp"
#include "base/result.hpp"

namespace ingot::api {

// Lower case, without underscores: how names of members and query parameters are compared on /v1.
std::string fold_name(std::string_view name);

class JsonObject;
struct JsonDocument;

// One value of the body, wherever it stands.
class JsonValue {
  public:
    JsonKind kind() const;
    std::string_view raw() const;              // its bytes as received; live as long as the request body
    std::string pointer() const;               // JSON pointer, "" = the whole body
    std::string text(size_t bytes_max) const;  // fault unless a string of at most that many bytes
    int64_t integer(int64_t min, int64_t max) const;
    bool boolean() const;
    std::string decimal() const;  // digits as written, from a number or a string; at most 64 characters, finite
    JsonObject object() const;
    std::vector<JsonValue> items(size_t items_max) const;  // fault unless an array; 413 row `too-many-items` above
    void fault(std::string_view code, std::string detail, std::string detail_zh) const;

  private:
    friend class JsonObject;
    friend class JsonBody;
    JsonValue(std::shared_ptr<JsonDocument> document, uint32_t node) : document_(std::move(document)), node_(node) {}
    std::shared_ptr<JsonDocument> document_;
    uint32_t node_;
};

// `name(...)` requires the member; `name_if(...)` answers nothing when it is absent or null.
class JsonObject {
  public:
    std::string text(std::string_view name, size_t bytes_max = 1024) const;
    std::optional<std::string> text_if(std::string_view name, size_t bytes_max = 1024) const;
    int64_t integer(std::string_view name, int64_t min, int64_t max) const;
    std::optional<int64_t> integer_if(std::string_view name, int64_t min, int64_t max) const;
    bool boolean(std::string_view name) const;
    std::optional<bool> boolean_if(std::string_view name) const;
    std::string decimal(std::string_view name) const;
    // One of the words (compared exactly); the fault lists them.
    std::string word(std::string_view name, std::initializer_list<std::string_view> words) const;
    std::optional<std::string> word_if(std::string_view name, std::initializer_list<std::string_view> words) const;
    JsonObject object(std::string_view name) const;
    std::optional<JsonObject> object_if(std::string_view name) const;
    std::vector<JsonObject> objects(std::string_view name, size_t items_max) const;
    std::vector<JsonObject> objects_if(std::string_view name, size_t items_max) const;  // absent = none
    std::vector<std::string> texts(std::string_view name, size_t items_max, size_t bytes_max = 1024) const;
    std::vector<std::string> texts_if(std::string_view name, size_t items_max, size_t bytes_max = 1024) const;
    JsonValue value(std::string_view name) const;                    // any kind
    std::optional<JsonValue> value_if(std::string_view name) const;  // any kind, null included

    bool has(std::string_view name) const;      // present, null included
    bool is_null(std::string_view name) const;  // present and null: PATCH removes
    std::string_view raw() const;
    std::string pointer() const;
    // Members of an object whose names are data: as sent, in order. Marks all of them as known.
    std::vector<std::pair<std::string, JsonValue>> members() const;
    void ignore_unknown() const;  // an embedded foreign document
    // A fault of the member (or of this object when the name is empty), e.g. for a rule of the domain.
    void fault(std::string_view name, std::string_view code, std::string detail, std::string detail_zh) const;

  private:
    friend class JsonValue;
    friend class JsonBody;
    JsonObject(std::shared_ptr<JsonDocument> document, uint32_t node) : document_(std::move(document)), node_(node) {}
    std::optional<JsonValue> find(std::string_view name) const;
    std::optional<JsonValue> find_set(std::string_view name) const;
    JsonValue require(std::string_view name) const;
    std::shared_ptr<JsonDocument> document_;
    uint32_t node_;
};

// A bulk body: its outer value, an array or an object with a member of these names, holds the items.
struct JsonItems {
    std::vector<std::string_view> members;
    size_t items_max = 0;
};

class JsonBody {
  public:
    // The errors of check_json. `text` must outlive every object made from it. With `items` nothing inside of an item
    // is built, nor items past the limit: of an item only kind(), text() and raw() may be asked.
    static Result<JsonBody> parse(std::string_view text, JsonRules const& rules = {}, JsonItems const* items = nullptr);
    JsonValue value() const;    // the whole
    JsonObject object() const;  // the whole; a fault when it is not an object
    // Everything found wrong since parse(), unknown members included: BadNumber, InvalidMember, UnknownMember,
    // DuplicateMember, TooLong or TooManyItems (the first row's), with up to 20 faults.
    Result<void> finish() const;

  private:
    explicit JsonBody(std::shared_ptr<JsonDocument> document) : document_(std::move(document)) {}
    std::shared_ptr<JsonDocument> document_;
};

}  // namespace ingot::api
