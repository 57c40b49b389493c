#include "registry/profile_change.hpp"

#include <algorithm>

#include "registry/prefix_change.hpp"

namespace ingot::registry {
namespace {

std::string scope_of(ident::CodingProfile const& profile) {
    if (profile.prefix() == "*") return "*";
    auto prefix = ident::Prefix::parse(profile.prefix());
    return prefix ? prefix->canonical() : profile.prefix();
}

std::string key_of(ident::CodingProfile const& profile) {
    return storage::profile_key(scope_of(profile), profile.name(), profile.version());
}

Result<std::optional<storage::ProfileRow>> find_profile(storage::Batch& batch, std::string const& key) {
    auto value = batch.get(storage::Space::record, key);
    if (!value) return fail(std::move(value.error()));
    if (!value->has_value()) return std::optional<storage::ProfileRow>();
    auto row = storage::decode_profile(key, **value);
    if (!row) return fail(std::move(row.error()));
    return std::optional<storage::ProfileRow>(std::move(*row));
}

// Adds the name to the profiles the prefix has adopted.
Result<void> adopt(Registry const& registry, storage::Batch& batch, std::string const& prefix, std::string const& by,
                   ProfileStored& done) {
    auto row = read_prefix(batch, prefix);
    if (!row) return fail(std::move(row.error()));
    std::string const& name = done.profile.name();
    if (std::find(row->profiles.begin(), row->profiles.end(), name) != row->profiles.end()) return {};
    row->profiles.push_back(name);
    ++row->version;
    row->changed = batch.time();
    row->changed_by = by;
    put_prefix(registry, batch, prefix, *row, done.log);
    return {};
}

}  // namespace

Result<storage::Operation> store_profile(Registry const& registry, Authorised const& allowed,
                                         ident::CodingProfile profile, Render<ProfileStored> render) {
    auto done = std::make_shared<ProfileStored>(ProfileStored{std::move(profile), false, {}});
    storage::ProfileRow row{done->profile.json(), false, {}, allowed.principal().id};
    storage::Operation operation;
    operation.bytes = row.json.size() + 1024;
    operation.apply = [&registry, done, row](storage::Batch& batch, uint32_t) mutable -> Result<void> {
        done->log = {};
        row.created = batch.time();
        std::string const key = key_of(done->profile);
        auto stored = find_profile(batch, key);
        if (!stored) return fail(std::move(stored.error()));
        done->created = !stored->has_value();
        bool const same = !done->created && (*stored)->json == row.json;
        if (!done->created && !same && (*stored)->used)
            return fail(Code::State,
                        "codes were issued with this version: it never changes again; store the next version",
                        "该版本已用于分配编码，不能更改；请保存下一个版本");
        if (!same) batch.put(storage::Space::record, key, encode(row));
        std::string const scope = scope_of(done->profile);
        return scope == "*" ? Result<void>() : adopt(registry, batch, scope, row.created_by, *done);
    };
    operation.reply = [done, render = std::move(render)](storage::Batch&) { return render(*done); };
    return operation;
}

Result<void> store_default_profile(storage::Batch& batch) {
    auto const& profile = ident::CodingProfile::nonferrous_default();
    std::string const key = key_of(profile);
    auto stored = find_profile(batch, key);
    if (!stored) return fail(std::move(stored.error()));
    if (!stored->has_value())
        batch.put(storage::Space::record, key,
                  encode(storage::ProfileRow{profile.json(), false, batch.time(), "init"}));
    return {};
}

Result<void> pin_profile(storage::Batch& batch, ident::CodingProfile const& profile) {
    std::string const key = key_of(profile);
    auto stored = find_profile(batch, key);
    if (!stored) return fail(std::move(stored.error()));
    if (!stored->has_value() || (*stored)->json != profile.json())
        return fail(Code::State, "the coding profile was replaced meanwhile: try again", "编码方案刚被更改，请重试");
    if ((*stored)->used) return {};
    (*stored)->used = true;
    batch.put(storage::Space::record, key, encode(**stored));
    return {};
}

}  // namespace ingot::registry
