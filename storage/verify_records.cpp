// V3, V14 and the versions of V4: identifiers, prefixes, enterprises, principals and keys.
#include "base/encoding.hpp"
#include "storage/keys.hpp"
#include "storage/log_keys.hpp"
#include "storage/verify_tables.hpp"

namespace ingot::storage {

void TableReader::report(char const* check, Space space, Bytes key, std::string expected, std::string found) const {
    sink_({check, to_hex(key), readable_key(space, key), {}, std::move(expected), std::move(found)});
}

void TableReader::each(Space space, std::string prefix, std::function<void(Row const&)> const& row) const {
    for (std::optional<Range> rest = prefix_range(space, std::move(prefix)); rest;) {
        auto page = view_.scan(*rest);
        if (!page) return report("V2", space, rest->begin, "rows that can be read", page.error().detail);
        for (auto const& one : page->rows) row(one);
        rest = std::move(page->rest);
    }
}

bool TableReader::has(Space space, Bytes key) const {
    auto value = view_.get(space, key);
    return !value || value->has_value();
}

void TableReader::expect(char const* check, Space space, Bytes key, std::string what) const {
    if (!has(space, key)) report(check, space, key, std::move(what), "nothing");
}

std::optional<std::string> TableReader::value(Space space, Bytes key) const {
    auto value = view_.get(space, key);
    return value ? std::move(*value) : std::nullopt;
}

std::optional<uint64_t> TableReader::number(Space space, Bytes key) const {
    auto bytes = value(space, key);
    if (!bytes || bytes->size() != 8) return std::nullopt;
    return get_u64be(*bytes, 0);
}

void RegistryChecks::check_records() {
    read_.each(Space::record, "R", [&](Row const& row) {
        auto record = decode_record(row.key, row.value);
        if (!record) return;
        check_versions(row, *record);
        check_code(row, *record);
        auto identifier = ident::Identifier::parse(record->identifier);
        if (identifier && !has_owner(*identifier))
            read_.report("V14", Space::record, row.key, "a prefix that owns the record", "nothing");
    });
    read_.each(Space::record, "H", [&](Row const& row) { check_history(row); });
    check_history_ends();
}

void RegistryChecks::check_versions(Row const& row, Record const& record) {
    std::string const key = history_key(row.key, record.version);
    auto version = read_.value(Space::record, key);
    if (!version)
        read_.expect("V4", Space::record, key, "version " + std::to_string(record.version) + " of the record");
    else if (*version != row.value)
        read_.report("V4", Space::record, key, "the bytes of the newest version", "other bytes");
}

// What was read last of a record must be its version 1.
void RegistryChecks::check_history_ends() {
    if (history_version_ > 1)
        read_.report("V4", Space::record, history_key(history_of_, history_version_ - 1), "a version of the record",
                     "nothing");
}

// Newest first: each is one less than the one before, the last is 1, and the first is the record's own.
void RegistryChecks::check_history(Row const& row) {
    auto key = parse_history_key(row.key);
    if (!key) return;
    bool const first = key->record_key != history_of_;
    if (first) check_history_ends();
    if (!first && key->version + 1 != history_version_)
        read_.report("V4", Space::record, row.key, "version " + std::to_string(history_version_ - 1),
                     std::to_string(key->version));
    if (first) {
        auto newest = read_.value(Space::record, key->record_key);
        auto record = newest ? decode_record(key->record_key, *newest) : fail(Code::NotFound);
        if (!newest)
            read_.expect("V4", Space::record, key->record_key, "the record of this version");
        else if (record && record->version < key->version)
            read_.report("V4", Space::record, key->record_key, "version " + std::to_string(key->version),
                         std::to_string(record->version));
    }
    history_of_ = std::move(key->record_key);
    history_version_ = key->version;
}

ident::CodingProfile const* RegistryChecks::profile_of(std::string const& prefix, Record const& record) {
    for (std::string const& scope : {prefix, std::string("*")}) {
        std::string const key = profile_key(scope, record.profile, record.profile_version);
        auto known = profiles_.find(key);
        if (known == profiles_.end()) {
            std::optional<ident::CodingProfile> profile;
            if (auto value = read_.value(Space::record, key))
                if (auto row = decode_profile(key, *value))
                    if (auto parsed = ident::CodingProfile::parse(row->json)) profile = std::move(*parsed);
            known = profiles_.emplace(key, std::move(profile)).first;
        }
        if (known->second) return &*known->second;
    }
    return nullptr;
}

// A code that a counter issued, or that was registered by a profile, is one of that profile still.
void RegistryChecks::check_code(Row const& row, Record const& record) {
    if (record.profile.empty() || record.free_form) return;
    auto identifier = ident::Identifier::parse(record.identifier);
    auto key = parse_record_key(row.key);
    if (!identifier || !key) return;
    std::string const prefix(key->prefix);
    auto const* profile = profile_of(prefix, record);
    std::string const name = record.profile + " " + std::to_string(record.profile_version);
    if (profile == nullptr)
        return read_.report("V3", Space::record, row.key, "a stored coding profile " + name, "nothing");
    auto code = profile->parse_code(*identifier);
    if (!code)
        return read_.report(
            "V3", Space::record, row.key, "a code of coding profile " + name,
            profile->shape(*identifier) == ident::Shape::WrongCheck ? "a wrong check character" : "another form");
    if (record.allocation.empty()) return;
    Highest& highest = highest_[code_counter_key(prefix, record.profile, code->scope_key)];
    if (highest.code.empty() || code->number > highest.number) highest = {code->number, record.identifier};
}

void RegistryChecks::check_counters() {
    for (auto const& [key, highest] : highest_) {
        auto next = find_count(read_.view(), key);
        if (next && *next <= highest.number)
            read_.report("V3", Space::index, key, "a number after " + highest.code, std::to_string(*next));
    }
}

bool RegistryChecks::has_owner(ident::Identifier const& identifier) const {
    std::string prefix(identifier.is_prefix_record() ? identifier.subject_prefix().canonical()
                                                     : identifier.prefix().canonical());
    for (;;) {
        if (read_.has(Space::record, prefix_key(prefix))) return true;
        size_t const dot = prefix.rfind('.');
        if (dot == std::string::npos) return false;
        prefix.resize(dot);
    }
}

void RegistryChecks::check_directory() {
    read_.each(Space::record, "P", [&](Row const& row) {
        auto prefix = decode_prefix(row.key, row.value);
        if (!prefix) return;
        read_.expect("V14", Space::record, enterprise_key(prefix->enterprise), "the enterprise of " + prefix->prefix);
        std::string const key = version_key(row.key, prefix->version);
        if (auto version = read_.value(Space::record, key); !version)
            read_.expect("V4", Space::record, key, "version " + std::to_string(prefix->version) + " of the prefix");
        else if (*version != row.value)
            read_.report("V4", Space::record, key, "the bytes of the prefix", "other bytes");
    });
    read_.each(Space::record, "A", [&](Row const& row) {
        auto principal = decode_principal(row.key, row.value);
        if (!principal || principal->enterprise.empty()) return;
        read_.expect("V14", Space::record, enterprise_key(principal->enterprise), "the enterprise of " + principal->id);
        read_.expect("V4", Space::index, enterprise_principal_key(principal->enterprise, principal->id),
                     "the index entry of " + principal->id);
    });
    read_.each(Space::record, "K", [&](Row const& row) {
        auto credential = decode_credential(row.key, row.value);
        if (!credential) return;
        read_.expect("V14", Space::record, principal_key(credential->principal), "the holder of key " + credential->id);
        read_.expect("V4", Space::record, version_key(row.key, to_micros(credential->revoked) == 0 ? 1 : 2),
                     "the logged version of key " + credential->id);
    });
    read_.each(Space::index, "a", [&](Row const& row) {
        size_t const zero = row.key.find('\0');
        if (zero == std::string::npos) return;
        read_.expect("V4", Space::record, principal_key(Bytes(row.key).substr(zero + 1)),
                     "the principal of an index entry");
    });
}

void check_tables(View const& view, std::function<void(Finding)> const& sink) {
    TableReader const read(view, sink);
    RegistryChecks registry(read);
    registry.check_records();
    registry.check_counters();
    registry.check_directory();
    EventChecks events(read);
    events.check_events();
    events.check_index();
    EdgeChecks(read).check();
}

}  // namespace ingot::storage
