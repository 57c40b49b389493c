#include "storage/verify.hpp"

#include "ident/identifier.hpp"
#include "storage/anchor.hpp"
#include "storage/file_layer.hpp"
#include "storage/log_keys.hpp"
#include "storage/startup.hpp"
#include "storage/verifier.hpp"
#include "storage/verify_tables.hpp"

namespace ingot::storage {
namespace {

// Meta rows by name, log rows by name; what a decoder says.
template <class T>
Result<void> parses(Result<T> const& decoded) {
    if (!decoded) return fail(decoded.error());
    return {};
}

Result<void> has_size(Bytes value, size_t size) {
    if (value.size() == size) return {};
    return fail(Code::DataDamaged,
                "is " + std::to_string(value.size()) + " bytes long instead of " + std::to_string(size));
}

Result<void> check_meta(Bytes key, Bytes value) {
    if (key == kCommitKey) return parses(decode_commit(value));
    if (key == kFormatKey) return parses(decode_format(value));
    if (key == kLogHeadKey) return parses(decode_log_head(value));
    if (key == kAuditHeadKey) return parses(decode_audit_head(value));
    if (key == kSettingsKey) return parses(decode_settings(value));
    if (number_after("chain/", key)) return parses(decode_chain(value));
    if (key.starts_with("count/")) return has_size(value, 8);
    if (key.starts_with("idem/") || key.starts_with("part/")) return parses(decode_idempotency(value));
    if (parse_idempotency_time_key(key)) return has_size(value, 0);
    return fail(Code::DataDamaged, "is no key of the meta space");
}

Result<void> check_log(Bytes key, Bytes value) {
    if (number_after("entry/", key)) return has_size(value, 60);
    if (number_after("ref/", key)) return parses(decode_ref(value));
    if (parse_node_key(key)) return has_size(value, 32);
    if (key.starts_with("own/")) return has_size(value, 0);
    if (key.starts_with("statement/")) return {};
    if (number_after("audit/", key))
        return value.size() > 32 ? Result<void>() : fail(Code::DataDamaged, "is too short for a line and its value");
    if (!number_after("change/", key)) return fail(Code::DataDamaged, "is no key of the log space");
    auto set = decode_change_set(value);
    if (!set) return fail(set.error());
    return parses(parse_changes(set->changes));
}

}  // namespace

ValueCheck const* ValueChecks::find(Space space, char letter) const {
    auto it = checks_.find({space, letter});
    return it == checks_.end() ? nullptr : &it->second;
}

Verifier::Verifier(VerifyOptions const& options, std::shared_ptr<RocksStore> store, std::function<void(Finding)> sink)
    : options_(options), store_(std::move(store)), view_(store_, nullptr, 0), sink_(std::move(sink)) {}

void Verifier::report(char const* check, Space space, Bytes key, std::string expected, std::string found) {
    ++totals.findings;
    sink_({check, to_hex(key), readable_key(space, key), {}, std::move(expected), std::move(found)});
}

void Verifier::report_file(char const* check, std::string file, std::string expected, std::string found) {
    ++totals.findings;
    sink_({check, {}, {}, std::move(file), std::move(expected), std::move(found)});
}

// Fixed at first start, so the store knows better than any configuration.
void Verifier::take_case_rule() const {
    auto stored = view_.get(Space::meta, kSettingsKey);
    auto settings = stored ? decode_settings(stored->value_or("")) : fail(stored.error());
    if (settings)
        ident::set_default_case_rule(settings->case_sensitive ? ident::CaseRule::Sensitive
                                                              : ident::CaseRule::Insensitive);
}

void Verifier::check_files() {
    auto files = store_->files();
    totals.files = files.size();
    for (auto const& file : files) {
        auto found = store_->checksum_of(file);
        if (!found)
            report_file("V1", file.path, "a readable file", found.error().detail);
        else if (*found != file.checksum)
            report_file("V1", file.path, "CRC-32C " + to_hex(file.checksum), "CRC-32C " + to_hex(*found));
    }
    if (auto blocks = store_->verify_blocks(); !blocks)
        report_file("V1", options_.store.data_dir + "/store", "every block has its checksum", blocks.error().detail);
}

void Verifier::check_values() {
    for (size_t i = 0; i < kSpaces; ++i) {
        auto space = Space(i);
        auto done = store_->each_raw(nullptr, space, [&](Bytes key, Bytes raw) {
            ++totals.rows;
            auto value = unseal(space, key, raw);
            if (!value)
                report("V2", space, key, "a value with its checksum", value.error().detail);
            else
                check_value(space, key, *value);
            return true;
        });
        if (!done) report_file("V2", options_.store.data_dir + "/store", "rows that can be read", done.error().detail);
    }
}

void Verifier::check_value(Space space, Bytes key, Bytes value) {
    Result<void> judged;
    if (auto const* check = key.empty() ? nullptr : options_.checks.find(space, key[0]))
        judged = (*check)(space, key, value);
    else if (space == Space::meta)
        judged = check_meta(key, value);
    else if (space == Space::log)
        judged = check_log(key, value);
    else
        ++totals.rows_unknown;
    if (!judged) report("V2", space, key, "a value that parses", judged.error().detail);
}

Result<VerifyTotals> verify_store(VerifyOptions const& options, std::function<void(Finding)> const& sink) {
    VerifyOptions own = options;
    if (!own.store.files) own.store.files = disk_file_layer();
    if (own.store.anchor_dir.empty()) own.store.anchor_dir = own.store.data_dir + "/anchor";
    Disk disk(own.store.files);
    std::string folder = own.store.data_dir + "/store";
    if (!disk.exists(folder)) return fail(refuse_to_open("no-store", "there is no store in " + own.store.data_dir));
    auto lock = disk.lock(own.store.data_dir + "/ingot.lock");
    if (!lock) return fail(lock.error());

    RocksSettings settings;
    settings.folder = folder;
    settings.files = own.store.files;
    settings.cache_bytes = own.store.cache_bytes;
    settings.mode = OpenMode::inspect;
    auto store = RocksStore::open(std::move(settings));
    if (!store) {
        if (store.error().code != Code::DataDamaged) return fail(store.error());
        sink({"V1", {}, {}, folder, "a store that opens", store.error().detail});
        VerifyTotals totals;
        totals.findings = 1;
        return totals;
    }
    Verifier verifier(own, *store, sink);
    verifier.take_case_rule();
    verifier.check_files();
    verifier.check_values();
    if (verifier.read_head()) {
        verifier.check_chain();
        verifier.check_leaves();
        verifier.check_leafed();
        verifier.check_tree();
        Anchor anchor(disk, own.store.anchor_dir);
        auto state = anchor.read();
        if (!state) return fail(state.error());
        verifier.check_anchor(*state);
        verifier.totals.audit_checked = !own.store.audit_key.empty();
        if (verifier.totals.audit_checked) verifier.check_audit();
        verifier.check_digests();
        if (own.deep) verifier.check_idempotency();
    }
    auto counted = [&](Finding finding) {
        ++verifier.totals.findings;
        sink(std::move(finding));
    };
    check_tables(verifier.view(), counted);
    if (own.more)
        if (auto done = own.more(verifier.view(), counted); !done) return fail(done.error());
    return verifier.totals;
}

}  // namespace ingot::storage
