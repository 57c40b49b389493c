#include "registry/prefix_change.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "registry/invalid_member.hpp"
#include "registry/profile_change.hpp"
#include "storage/record_table.hpp"

namespace ingot::registry {
namespace {

constexpr uint16_t kDelegated = 0x0301, kRecordStored = 0x0101;

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

Result<void> check_name(std::string_view name) {
    bool const plain = is_utf8(name) && std::none_of(name.begin(), name.end(), [](char c) {
                           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                       });
    if (plain && !name.empty() && name.size() <= 1024) return {};
    return invalid_member("/name", "must be 1 to 1,024 bytes without control characters",
                          "应为 1 至 1024 字节且不含控制字符");
}

Result<void> check_row(Directory const& known, storage::PrefixRow const& row, std::string const& canonical) {
    if (!one_of(row.code_type, {"Handle", "OID", "DID:BID", "VAA", "Ecode", "GS1", "none"}))
        return invalid_member("/codeType", "must be Handle, OID, DID:BID, VAA, Ecode, GS1 or none", "代码类型无效");
    if (!row.referral_url.empty()) {
        bool const web = row.referral_url.rfind("https://", 0) == 0 || row.referral_url.rfind("http://", 0) == 0;
        bool const plain = std::all_of(row.referral_url.begin(), row.referral_url.end(), [](char c) {
            return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\';
        });
        if (!web || !plain || row.referral_url.size() > 2048)
            return invalid_member("/referral/url", "must be an http or https URL of at most 2,048 bytes",
                                  "应为 http 或 https 地址");
    }
    if (!one_of(row.landing_redirect, {"", "any", "registered", "never"}))
        return invalid_member("/landingRedirect", "must be any, registered or never", "应为 any、registered 或 never");
    for (std::string const& name : row.profiles) {
        bool const there = known.has_profile("*", name) || known.has_profile(canonical, name);
        if (!there && name != ident::CodingProfile::nonferrous_default().name())
            return invalid_member("/profiles", "no coding profile is called " + excerpt(name),
                                  "没有该编码方案 " + excerpt(name));
    }
    return {};
}

Result<void> check_trace_mode(std::string_view mode) {
    if (one_of(mode, {"", "strict", "tolerant"})) return {};
    return invalid_member("/traceMode", "must be strict or tolerant", "应为 strict 或 tolerant");
}

// Where an authority is set, what is hosted here lies under it, by whole segments.
Result<void> check_authority(Registry const& registry, storage::PrefixRow const& row, std::string const& canonical) {
    auto const& authority = registry.settings().authority;
    if (row.unhosted || authority.empty()) return {};
    std::string names;
    for (std::string const& ours : authority) {
        if (canonical == ours || canonical.rfind(ours + ".", 0) == 0) return {};
        names += (names.empty() ? "" : ", ") + ours;
    }
    return invalid_member("/prefix", "this node hosts prefixes under " + names + " only (node.prefixes)",
                          "本节点只托管以下前缀之下的前缀：" + names);
}

void put_enterprise(storage::Batch& batch, storage::EnterpriseRow const& row) {
    batch.put(storage::Space::record, storage::enterprise_key(row.id), encode(row));
}

// The prefix record 0.NA/<prefix>: whose it is, and where it answers when it is not here.
Result<void> put_prefix_record(Registry const& registry, storage::Batch& batch, storage::PrefixRow const& row,
                               storage::EnterpriseRow const& owner_row, Time now, std::string const& by,
                               LeafNote& note) {
    auto prefix = ident::Prefix::parse(row.prefix);
    if (!prefix) return fail(Code::DataDamaged, "a stored prefix does not parse", "存储的前缀已损坏");
    auto const identifier = ident::Identifier::of_prefix(*prefix);
    auto before = storage::find_record(batch, identifier);
    if (!before) return fail(std::move(before.error()));
    uint64_t const version = *before ? (*before)->version + 1 : 1;
    storage::Record record;
    record.identifier = identifier.display();
    record.state = storage::RecordState::active;
    record.version = version;
    record.created = row.created;
    record.changed = now;
    record.changed_by = by;
    int64_t const seconds = to_micros(record.changed) / 1'000'000;
    auto add = [&](uint32_t index, std::string type, std::string text) {
        storage::RecordValue value;
        value.index = index;
        value.type = std::move(type);
        value.data = std::move(text);
        value.timestamp = seconds;
        record.values.push_back(std::move(value));
    };
    add(1, "ENTERPRISE", owner_row.name);
    if (!row.referral_url.empty()) add(2, "URL", row.referral_url);
    std::string const key = storage::record_key(identifier);
    std::string const bytes = encode(record);
    std::string const owner(identifier.subject_prefix().canonical());
    add_leaf_unhashed(batch,
                      storage::make_leaf(registry.random(), kRecordStored, owner, identifier.canonical(),
                                         storage::Space::record, storage::history_key(key, version), bytes),
                      note);
    storage::put_record(batch, key, version, bytes);
    return {};
}

// The prefix records of the other prefixes of a renamed enterprise.
Result<void> rename_elsewhere(Registry const& registry, storage::Batch& batch, std::string const& canonical,
                              PrefixChanged& done) {
    auto known = registry.directory_in(batch);
    if (!known) return fail(std::move(known.error()));
    for (auto const& other : (*known)->prefixes_of(done.enterprise.id)) {
        if (other->prefix == canonical) continue;
        auto row = read_prefix(batch, other->prefix);
        if (!row) return fail(std::move(row.error()));
        auto put = put_prefix_record(registry, batch, *row, done.enterprise, done.prefix.changed,
                                     done.prefix.changed_by, done.log);
        if (!put) return put;
    }
    return {};
}

Result<void> apply_new(Registry const& registry, storage::Batch& batch, ident::Prefix const& prefix,
                       bool new_enterprise, PrefixChanged& done) {
    auto value = batch.get(storage::Space::record, storage::prefix_key(prefix.canonical()));
    if (!value) return fail(std::move(value.error()));
    if (value->has_value()) return fail(Code::Exists, "this prefix is registered already", "该前缀已登记");
    if (!new_enterprise) {
        std::string const key = storage::enterprise_key(done.enterprise.id);
        auto owner = batch.get(storage::Space::record, key);
        if (!owner) return fail(std::move(owner.error()));
        if (!owner->has_value()) return invalid_member("/enterprise", "there is no such enterprise", "没有该企业");
        auto row = storage::decode_enterprise(key, **owner);
        if (!row) return fail(std::move(row.error()));
        done.enterprise = std::move(*row);
    }
    if (auto stored = store_default_profile(batch); !stored) return stored;
    done.log = {};
    done.prefix.created = done.prefix.changed = batch.time();
    if (new_enterprise) done.enterprise.created = done.enterprise.changed = batch.time();
    put_prefix(registry, batch, prefix.canonical(), done.prefix, done.log);
    if (new_enterprise) put_enterprise(batch, done.enterprise);
    return put_prefix_record(registry, batch, done.prefix, done.enterprise, done.prefix.changed, done.prefix.changed_by,
                             done.log);
}

void merge(storage::PrefixRow& row, PrefixPatch const& patch) {
    if (patch.suspended) row.suspended = *patch.suspended;
    if (patch.hosted) row.unhosted = !*patch.hosted;
    if (patch.referral_url) row.referral_url = *patch.referral_url;
    if (patch.code_type) row.code_type = *patch.code_type;
    if (patch.landing_redirect) row.landing_redirect = *patch.landing_redirect;
    if (patch.profiles) row.profiles = *patch.profiles;
}

// Its version moves with what it says only: the ETags of all its prefixes hang on it.
void merge(storage::EnterpriseRow& row, PrefixPatch const& patch, Time now) {
    storage::EnterpriseRow const before = row;
    if (patch.name) row.name = *patch.name;
    if (patch.trace_mode) row.trace_mode = *patch.trace_mode;
    if (row == before) return;
    ++row.version;
    row.changed = now;
}

Result<void> read_rows(storage::Batch& batch, std::string const& canonical, PrefixChanged& done) {
    auto row = read_prefix(batch, canonical);
    if (!row) return fail(std::move(row.error()));
    std::string const owner_key = storage::enterprise_key(row->enterprise);
    auto owner = batch.get(storage::Space::record, owner_key);
    if (!owner) return fail(std::move(owner.error()));
    if (!owner->has_value()) return fail(Code::DataDamaged, "the enterprise of a prefix is missing", "企业数据缺失");
    auto enterprise = storage::decode_enterprise(owner_key, **owner);
    if (!enterprise) return fail(std::move(enterprise.error()));
    done = {std::move(*row), std::move(*enterprise), {}};
    return {};
}

Result<void> apply_patch(Registry const& registry, storage::Batch& batch, std::string const& canonical,
                         PrefixPatch const& patch, std::string const& by, PrefixChanged& done) {
    Time const now = batch.time();
    merge(done.prefix, patch);
    if (auto checked = check_row(*registry.directory(), done.prefix, canonical); !checked) return checked;
    if (patch.hosted)
        if (auto checked = check_authority(registry, done.prefix, canonical); !checked) return checked;
    ++done.prefix.version;
    done.prefix.changed = now;
    done.prefix.changed_by = by;
    put_prefix(registry, batch, canonical, done.prefix, done.log);
    storage::EnterpriseRow const before = done.enterprise;
    merge(done.enterprise, patch, now);
    if (done.enterprise != before) put_enterprise(batch, done.enterprise);
    auto put = put_prefix_record(registry, batch, done.prefix, done.enterprise, now, by, done.log);
    if (!put || done.enterprise.name == before.name) return put;
    return rename_elsewhere(registry, batch, canonical, done);
}

}  // namespace

Result<storage::PrefixRow> read_prefix(storage::View const& view, std::string const& canonical) {
    std::string const key = storage::prefix_key(canonical);
    auto value = view.get(storage::Space::record, key);
    if (!value) return fail(std::move(value.error()));
    if (!value->has_value()) return fail(Code::NotFound, "there is no such prefix", "没有该前缀");
    return storage::decode_prefix(key, **value);
}

void put_prefix(Registry const& registry, storage::Batch& batch, std::string const& canonical,
                storage::PrefixRow const& row, LeafNote& note) {
    std::string const key = storage::prefix_key(canonical);
    std::string const version = storage::version_key(key, row.version);
    std::string const bytes = encode(row);
    batch.put(storage::Space::record, key, bytes);
    batch.put(storage::Space::record, version, bytes);
    add_leaf(
        batch,
        storage::make_leaf(registry.random(), kDelegated, canonical, canonical, storage::Space::record, version, bytes),
        note);
}

std::string prefix_etag(std::string_view canonical, uint64_t version, uint64_t enterprise_version, Visibility level) {
    std::string const id = "prefix/" + std::string(canonical) + '/' + std::to_string(enterprise_version);
    return make_etag(id, version, level, "prefix");
}

Result<storage::Operation> add_prefix(Registry const& registry, Authorised const& allowed, NewPrefix request,
                                      Render<PrefixChanged> render) {
    bool const new_enterprise = request.enterprise.empty();
    if (new_enterprise)
        if (auto checked = check_name(request.name); !checked) return fail(checked.error());
    if (auto checked = check_trace_mode(request.trace_mode); !checked) return fail(checked.error());
    Time const now = registry.clock().now();
    auto done = std::make_shared<PrefixChanged>();
    auto& row = done->prefix;
    row.prefix = std::string(request.prefix.text());
    row.unhosted = !request.hosted;
    row.referral_url = request.referral_url;
    bool const vaa = row.prefix.rfind("88.", 0) == 0 || row.prefix == "88";
    row.code_type = !request.code_type.empty() ? request.code_type : vaa ? "VAA" : "Handle";
    row.changed_by = allowed.principal().id;
    row.profiles = request.profiles;
    if (row.profiles.empty()) row.profiles = {ident::CodingProfile::nonferrous_default().name()};
    done->enterprise.id = new_enterprise ? make_object_id("en", to_millis(now), registry.random()) : request.enterprise;
    done->enterprise.name = request.name;
    done->enterprise.trace_mode = request.trace_mode;
    row.enterprise = done->enterprise.id;
    if (auto checked = check_row(*registry.directory(), row, request.prefix.canonical()); !checked)
        return fail(checked.error());
    if (auto checked = check_authority(registry, row, request.prefix.canonical()); !checked)
        return fail(checked.error());
    storage::Operation operation;
    operation.apply = [&registry, done, prefix = request.prefix, new_enterprise](storage::Batch& batch, uint32_t) {
        return apply_new(registry, batch, prefix, new_enterprise, *done);
    };
    operation.reply = [done, render = std::move(render)](storage::Batch&) { return render(*done); };
    return operation;
}

Result<storage::Operation> change_prefix(Registry const& registry, Authorised const& allowed, std::string canonical,
                                         PrefixPatch patch, Precondition before, Render<PrefixChanged> render) {
    if (patch.name)
        if (auto checked = check_name(*patch.name); !checked) return fail(checked.error());
    if (patch.trace_mode)
        if (auto checked = check_trace_mode(*patch.trace_mode); !checked) return fail(checked.error());
    auto done = std::make_shared<PrefixChanged>();
    storage::Operation operation;
    operation.apply = [&registry, done, canonical, patch, before, by = allowed.principal().id](
                          storage::Batch& batch, uint32_t) -> Result<void> {
        if (auto read = read_rows(batch, canonical, *done); !read) return read;
        auto etag = prefix_etag(canonical, done->prefix.version, done->enterprise.version, Visibility::record);
        if (auto fits = check_if_match(before, etag); !fits) return fits;
        return apply_patch(registry, batch, canonical, patch, by, *done);
    };
    operation.reply = [done, render = std::move(render)](storage::Batch&) { return render(*done); };
    return operation;
}

}  // namespace ingot::registry
