#include "storage/record_table.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "storage/keys.hpp"
#include "storage/wire.hpp"

namespace ingot::storage {
namespace {

constexpr uint32_t kFormat = 1;

tl::unexpected<Error> damaged(std::string_view what) {
    return fail(Code::DataDamaged, "a stored record is damaged: " + std::string(what), "存储的记录已损坏");
}

void write_value(WireWriter& out, RecordValue const& value) {
    out.u64(1, value.index);
    out.text(2, value.type);
    out.u64(3, static_cast<uint64_t>(value.form));
    out.text(4, value.data);
    out.s64(5, value.ttl);
    out.u64(6, value.ttl_absolute);
    out.s64(7, value.timestamp);
    out.u64(8, static_cast<uint64_t>(value.visibility));
    if (value.permissions != kUsualPermissions) out.u64(9, value.permissions | 0x10U);
    for (ValueReference const& reference : value.references)
        out.message(10, true, [&] {
            out.text(1, reference.handle);
            out.u64(2, reference.index);
        });
}

ValueReference read_reference(std::string_view bytes, bool& good) {
    ValueReference reference;
    WireReader in(bytes);
    while (in.next()) {
        switch (in.field()) {
            case 1:
                reference.handle = in.text();
                break;
            case 2:
                reference.index = in.u32();
                break;
            default:
                in.skip();
        }
    }
    good = good && in.ok();
    return reference;
}

bool read_value(std::string_view bytes, RecordValue& value) {
    WireReader in(bytes);
    bool good = true;
    value.ttl = 0;
    while (in.next()) {
        switch (in.field()) {
            case 1:
                value.index = in.u32();
                break;
            case 2:
                value.type = in.text();
                break;
            case 3:
                value.form = static_cast<ValueForm>(in.u64());
                break;
            case 4:
                value.data = in.text();
                break;
            case 5:
                value.ttl = in.s64();
                break;
            case 6:
                value.ttl_absolute = in.u64() != 0;
                break;
            case 7:
                value.timestamp = in.s64();
                break;
            case 8:
                value.visibility = static_cast<ValueVisibility>(in.u64());
                break;
            case 9:
                value.permissions = static_cast<uint8_t>(in.u64() & 0xF);
                break;
            case 10:
                value.references.push_back(read_reference(in.text(), good));
                break;
            default:
                in.skip();
        }
    }
    good = good && in.ok() && value.index != 0;
    good = good && value.form >= ValueForm::text && value.form <= ValueForm::key;
    return good && (value.visibility == ValueVisibility::everyone || value.visibility == ValueVisibility::owner);
}

bool read_fields(Bytes bytes, Record& record, uint32_t& format) {
    WireReader in(bytes);
    int64_t created = 0, changed = 0;
    while (in.next()) {
        switch (in.field()) {
            case 1:
                format = in.u32();
                break;
            case 2:
                record.identifier = in.text();
                break;
            case 3:
                record.state = static_cast<RecordState>(in.u64());
                break;
            case 4:
                record.version = in.u64();
                break;
            case 5:
                created = in.s64();
                break;
            case 6:
                changed = in.s64();
                break;
            case 7:
                record.changed_by = in.text();
                break;
            case 8:
                record.allocation = in.text();
                break;
            case 9:
                record.profile = in.text();
                break;
            case 10:
                record.profile_version = in.u32();
                break;
            case 11:
                record.template_version = in.text();
                break;
            case 12:
                record.station = in.text();
                break;
            case 13:
                record.free_form = in.u64() != 0;
                break;
            case 14:
                record.was_public = in.u64() != 0;
                break;
            case 15:
                record.reason = in.text();
                break;
            case 16:
                if (!read_value(in.text(), record.values.emplace_back())) return false;
                break;
            default:
                in.skip();
        }
    }
    record.created = from_micros(created);
    record.changed = from_micros(changed == 0 ? created : changed);
    return in.ok();
}

}  // namespace

std::string_view word(RecordState state) {
    switch (state) {
        case RecordState::reserved:
            return "reserved";
        case RecordState::active:
            return "active";
        case RecordState::suspended:
            return "suspended";
        case RecordState::voided:
            return "void";
        case RecordState::withdrawn:
            return "withdrawn";
    }
    return "reserved";
}

std::optional<RecordState> record_state(std::string_view text) {
    for (auto state : {RecordState::reserved, RecordState::active, RecordState::suspended, RecordState::voided,
                       RecordState::withdrawn})
        if (word(state) == text) return state;
    return std::nullopt;
}

bool RecordValue::is_public() const {
    return visibility == ValueVisibility::everyone && (permissions & 0b0010) != 0 && type != "HS_SECKEY";
}

bool Record::has_public_values() const {
    return std::any_of(values.begin(), values.end(), [](RecordValue const& value) { return value.is_public(); });
}

std::string record_key(std::string_view prefix, std::string_view suffix) {
    std::string key;
    key.reserve(2 + prefix.size() + suffix.size());
    key += 'R';
    key += prefix;
    key += '\0';
    key += suffix;
    return key;
}

std::string record_key(ident::Identifier const& identifier) { return record_key_of_canonical(identifier.canonical()); }

std::string record_key_of_canonical(std::string_view canonical) {
    size_t const slash = canonical.find('/');
    return record_key(canonical.substr(0, slash), canonical.substr(slash + 1));
}

std::optional<RecordKey> parse_record_key(std::string_view key) {
    if (key.empty() || key[0] != 'R') return std::nullopt;
    size_t const zero = key.find('\0');
    if (zero == std::string_view::npos || zero == 1 || zero + 1 == key.size()) return std::nullopt;
    return RecordKey{key.substr(1, zero - 1), key.substr(zero + 1)};
}

std::string history_key(std::string_view record_key, uint64_t version) {
    std::string key;
    key.reserve(record_key.size() + 9);
    key += record_key;
    key[0] = 'H';
    key += '\0';
    put_u64be(key, ~version);
    return key;
}

std::optional<HistoryKey> parse_history_key(std::string_view key) {
    if (key.size() < 10 || key[0] != 'H' || key[key.size() - 9] != '\0') return std::nullopt;
    HistoryKey parsed{std::string(key.substr(0, key.size() - 9)), ~get_u64be(key, key.size() - 8)};
    parsed.record_key[0] = 'R';
    if (!parse_record_key(parsed.record_key)) return std::nullopt;
    return parsed;
}

Range history_range(std::string_view record_key) {
    std::string begin(record_key);
    begin[0] = 'H';
    begin += '\0';
    Range range;
    range.space = Space::record;
    range.end = prefix_end(begin);
    range.begin = std::move(begin);
    return range;
}

std::string encode(Record const& record) {
    std::string bytes;
    WireWriter out(bytes);
    out.u64(1, kFormat);
    out.text(2, record.identifier);
    out.u64(3, static_cast<uint64_t>(record.state));
    out.u64(4, record.version);
    out.s64(5, to_micros(record.created));
    if (record.changed != record.created) out.s64(6, to_micros(record.changed));
    out.text(7, record.changed_by);
    out.text(8, record.allocation);
    out.text(9, record.profile);
    out.u64(10, record.profile_version);
    out.text(11, record.template_version);
    out.text(12, record.station);
    out.u64(13, record.free_form);
    out.u64(14, record.was_public);
    out.text(15, record.reason);
    for (RecordValue const& value : record.values) out.message(16, true, [&] { write_value(out, value); });
    return bytes;
}

Result<Record> decode_record(std::string_view record_key, Bytes value) {
    Record record;
    uint32_t format = 0;
    if (!read_fields(value, record, format)) return damaged("its bytes do not parse");
    if (format != kFormat) return damaged("unknown format");
    if (record.version == 0 || record.state < RecordState::reserved || record.state > RecordState::withdrawn)
        return damaged("state or version");
    auto identifier = ident::Identifier::parse(record.identifier);
    if (!identifier || storage::record_key(*identifier) != record_key) return damaged("it is another identifier's");
    return record;
}

Result<std::optional<Record>> find_record(View const& view, std::string const& key) {
    auto value = view.get(Space::record, key);
    if (!value) return fail(std::move(value.error()));
    if (!value->has_value()) return std::optional<Record>();
    auto record = decode_record(key, **value);
    if (!record) return fail(std::move(record.error()));
    return std::optional<Record>(std::move(*record));
}

Result<std::optional<Record>> find_record(View const& view, ident::Identifier const& identifier) {
    return find_record(view, record_key(identifier));
}

void put_record(Batch& batch, std::string record_key, uint64_t version, std::string encoded) {
    std::string versioned = history_key(record_key, version);
    batch.put(Space::record, std::move(versioned), encoded);
    batch.put(Space::record, std::move(record_key), std::move(encoded));
}

Result<void> check_record_row(Row const& row) {
    if (row.key.empty()) return damaged("empty key");
    if (row.key[0] == 'R') {
        if (!parse_record_key(row.key)) return damaged("its key does not parse");
        auto record = decode_record(row.key, row.value);
        if (!record) return fail(std::move(record.error()));
        return {};
    }
    auto key = parse_history_key(row.key);
    if (!key) return damaged("its history key does not parse");
    auto record = decode_record(key->record_key, row.value);
    if (!record) return fail(std::move(record.error()));
    if (record->version != key->version) return damaged("its version is not that of its key");
    return {};
}

}  // namespace ingot::storage
