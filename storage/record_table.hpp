// Records of identifiers: the newest version under 'R', every version under 'H' (storage/registry.proto). A version is
// written once and never changed, so a leaf of the transparency log can point at its 'H' row for ever.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ident/identifier.hpp"
#include "storage/engine.hpp"

namespace ingot::storage {

// spec/identifiers.md 7.4; withdrawn is what DELETE leaves.
enum class RecordState : uint8_t { reserved = 1, active = 2, suspended = 3, voided = 4, withdrawn = 5 };
std::string_view word(RecordState state);  // "reserved", "active", "suspended", "void", "withdrawn"
std::optional<RecordState> record_state(std::string_view word);

// Data forms of spec/handle-rest.md 2. admin, vlist, site and key hold compact JSON.
enum class ValueForm : uint8_t { text = 1, bytes = 2, admin = 3, vlist = 4, site = 5, key = 6 };
enum class ValueVisibility : uint8_t { everyone = 1, owner = 2 };

struct ValueReference {
    std::string handle;
    uint32_t index = 0;
    bool operator==(ValueReference const&) const = default;
};

inline constexpr uint8_t kUsualPermissions = 0b1110;  // AR AW PR PW: all but public write
inline constexpr int64_t kUsualTtl = 86400;           // seconds

struct RecordValue {
    uint32_t index = 0;
    std::string type;
    ValueForm form = ValueForm::text;
    std::string data;
    int64_t ttl = kUsualTtl;  // seconds; with ttl_absolute, seconds since 1970
    bool ttl_absolute = false;
    int64_t timestamp = 0;  // seconds since 1970
    ValueVisibility visibility = ValueVisibility::everyone;
    uint8_t permissions = kUsualPermissions;
    std::vector<ValueReference> references = {};

    // What anyone may read: visibility and the PR bit agree, and it is no secret key.
    bool is_public() const;
    bool operator==(RecordValue const&) const = default;
};

struct Record {
    std::string identifier;  // display form
    RecordState state = RecordState::reserved;
    uint64_t version = 1;
    Time created{};
    Time changed{};
    std::string changed_by;
    std::string allocation;  // al_...; empty = not issued by a counter
    std::string profile;
    uint32_t profile_version = 0;
    std::string template_version;
    std::string station;
    bool free_form = false;           // fitted no coding profile when it was registered
    bool was_public = false;          // before it was withdrawn
    std::string reason;               // of a void
    std::vector<RecordValue> values;  // sorted by index

    bool has_public_values() const;
    bool operator==(Record const&) const = default;
};

// 'R' prefix 0x00 suffix. Texts are canonical.
std::string record_key(std::string_view prefix, std::string_view suffix);
std::string record_key(ident::Identifier const& identifier);
// 'R' prefix 0x00 suffix from "prefix/suffix" in canonical form.
std::string record_key_of_canonical(std::string_view canonical);
struct RecordKey {
    std::string_view prefix, suffix;
};
std::optional<RecordKey> parse_record_key(std::string_view key);

// 'H' prefix 0x00 suffix 0x00 ~version(be64)
std::string history_key(std::string_view record_key, uint64_t version);
struct HistoryKey {
    std::string record_key;
    uint64_t version = 0;
};
std::optional<HistoryKey> parse_history_key(std::string_view key);
// Every version of one record, newest first.
Range history_range(std::string_view record_key);

std::string encode(Record const& record);
// DataDamaged when the bytes do not parse or are not the record of this 'R' key.
Result<Record> decode_record(std::string_view record_key, Bytes value);

// Nothing when there is no such record.
Result<std::optional<Record>> find_record(View const& view, ident::Identifier const& identifier);
Result<std::optional<Record>> find_record(View const& view, std::string const& record_key);

// Puts the version under both keys. `encoded` is encode(record).
void put_record(Batch& batch, std::string record_key, uint64_t version, std::string encoded);

// Check V2 of spec/durability.md 8.2 for a row of Space::record that begins with 'R' or 'H'.
Result<void> check_record_row(Row const& row);

}  // namespace ingot::storage
