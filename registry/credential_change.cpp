#include "registry/credential_change.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "registry/api_key.hpp"
#include "registry/invalid_member.hpp"
#include "registry/profile_change.hpp"
#include "registry/role_word.hpp"

namespace ingot::registry {
namespace {

constexpr uint16_t kEnrolled = 0x0302, kRevoked = 0x0303;

std::string public_bytes(storage::CredentialRow row) {
    row.mac.clear();
    return encode(row);
}

void log_credential(Registry const& registry, storage::Batch& batch, storage::CredentialRow const& row,
                    std::string const& owner_prefix, uint16_t kind, LeafNote& note) {
    std::string const key = storage::version_key(storage::credential_key(row.id), kind == kEnrolled ? 1 : 2);
    std::string bytes = public_bytes(row);
    add_leaf(batch,
             storage::make_leaf(registry.random(), kind, owner_prefix, row.id, storage::Space::record, key, bytes),
             note);
    batch.put(storage::Space::record, key, std::move(bytes));
}

CredentialMade make_rows(Registry const& registry, NewCredential const& request, std::string enterprise,
                         std::string const& by) {
    CredentialMade made;
    Time const now = registry.clock().now();
    made.key = make_api_key(registry.random());
    made.principal.id = make_object_id("pr", to_millis(now), registry.random());
    made.principal.name = request.name.empty() ? std::string(word(request.role)) : request.name;
    made.principal.enterprise = std::move(enterprise);
    made.principal.roles = {static_cast<uint32_t>(request.role)};
    made.principal.acts = request.acts;
    made.credential.id = *api_key_id(made.key);
    made.credential.principal = made.principal.id;
    made.credential.mac = bytes_of(api_key_mac(registry.pepper(), made.key));
    made.credential.expires = request.expires.value_or(Time{});
    made.credential.created_by = by;
    return made;
}

void put_rows(Registry const& registry, storage::Batch& batch, CredentialMade& made, std::string const& prefix) {
    auto& principal = made.principal;
    principal.created = made.credential.created = batch.time();
    if (made.credential.expires == Time{})
        made.credential.expires = batch.time() + std::chrono::hours(24 * registry.settings().key_life_days);
    batch.put(storage::Space::record, storage::principal_key(principal.id), encode(principal));
    batch.put(storage::Space::record, storage::credential_key(made.credential.id), encode(made.credential));
    if (!principal.enterprise.empty())
        batch.put(storage::Space::index, storage::enterprise_principal_key(principal.enterprise, principal.id), {});
    made.log = {};
    log_credential(registry, batch, made.credential, prefix, kEnrolled, made.log);
}

Result<void> check_request(NewCredential const& request, Time now) {
    if (is_platform(request.role) != request.prefix.empty())
        return invalid_member(
            "/prefix", is_platform(request.role) ? "platform roles belong to no prefix" : "this role needs a prefix",
            is_platform(request.role) ? "平台角色不属于任何前缀" : "该角色需要指定前缀");
    for (std::string const& act : request.acts) {
        bool known = false;
        for (int i = 0; i < static_cast<int>(Act::Public); ++i) known = known || name(static_cast<Act>(i)) == act;
        if (!known) return invalid_member("/acts", "unknown act " + excerpt(act), "未知操作 " + excerpt(act));
    }
    if (request.expires && *request.expires <= now) return invalid_member("/expires", "is in the past", "时间已过");
    return {};
}

// The principal, when it is an active security_admin.
Result<bool> is_security_admin(storage::Batch& batch, std::string const& principal) {
    std::string const key = storage::principal_key(principal);
    auto value = batch.get(storage::Space::record, key);
    if (!value) return fail(std::move(value.error()));
    if (!value->has_value()) return false;
    auto row = storage::decode_principal(key, **value);
    if (!row) return fail(std::move(row.error()));
    auto const role = static_cast<uint32_t>(Role::security_admin);
    return row->status == storage::PrincipalStatus::active &&
           std::find(row->roles.begin(), row->roles.end(), role) != row->roles.end();
}

// Asked of what was decided a moment ago, too: of two administrators who revoke each other at once, one stays.
Result<void> check_not_last(Registry const& registry, storage::Batch& batch, storage::CredentialRow const& row) {
    if (row.expires <= batch.time()) return {};  // opens nothing any more
    auto admin = is_security_admin(batch, row.principal);
    if (!admin) return fail(std::move(admin.error()));
    if (!*admin) return {};
    auto known = registry.directory_in(batch);
    if (!known) return fail(std::move(known.error()));
    if ((*known)->administered_besides(row.id, batch.time())) return {};
    return fail(Code::State, "this is the last key of a security administrator: make another one first",
                "这是最后一个安全管理员密钥，请先创建新的密钥");
}

// A principal that is platform_admin and security_admin.
std::shared_ptr<CredentialMade> make_administrator(Registry const& registry, std::string const& name,
                                                   std::string const& by, std::string& key) {
    NewCredential request;
    request.name = name;
    request.role = Role::platform_admin;
    auto made = std::make_shared<CredentialMade>(make_rows(registry, request, "", by));
    made->principal.roles.push_back(static_cast<uint32_t>(Role::security_admin));
    key = made->key;
    return made;
}

// Made on the machine itself: no request stands behind it that the dispatcher could tell of.
void put_administrator(Registry const& registry, storage::Batch& batch, CredentialMade& made) {
    put_rows(registry, batch, made, "");
    batch.audit(R"({"actor":")" + made.credential.created_by + R"(","act":"user.manage","object":"/v1/credentials/)" +
                made.credential.id + R"(","result":"allow"})");
}

}  // namespace

Result<storage::Operation> add_credential(Registry const& registry, Authorised const& allowed, NewCredential request,
                                          Render<CredentialMade> render) {
    if (auto checked = check_request(request, registry.clock().now()); !checked) return fail(checked.error());
    std::string enterprise, owner_prefix;
    if (!request.prefix.empty()) {
        auto info = registry.directory()->exact_prefix(request.prefix);
        if (!info) return fail(Code::PrefixNotHosted, "this prefix is not registered here", "该前缀未在本节点登记");
        enterprise = info->enterprise;
        owner_prefix = info->prefix;
    }
    auto made =
        std::make_shared<CredentialMade>(make_rows(registry, request, std::move(enterprise), allowed.principal().id));
    storage::Operation operation;
    operation.apply = [&registry, made, owner_prefix](storage::Batch& batch, uint32_t) -> Result<void> {
        put_rows(registry, batch, *made, owner_prefix);
        return {};
    };
    operation.reply = [made, render = std::move(render)](storage::Batch&) { return render(*made); };
    return operation;
}

Result<storage::Operation> revoke_credential(Registry const& registry, Authorised const& allowed, std::string id,
                                             Render<CredentialRevoked> render) {
    auto known = registry.directory();
    CredentialInfo const* info = known->credential(id);
    if (!info) return fail(Code::NotFound, "there is no such credential", "没有找到该凭证");
    std::string const owner_prefix = info->principal ? info->principal->prefix : "";
    auto done = std::make_shared<CredentialRevoked>();
    storage::Operation operation;
    operation.apply = [&registry, done, id, owner_prefix, by = allowed.principal().id](storage::Batch& batch,
                                                                                       uint32_t) -> Result<void> {
        std::string const key = storage::credential_key(id);
        auto value = batch.get(storage::Space::record, key);
        if (!value) return fail(std::move(value.error()));
        if (!value->has_value()) return fail(Code::NotFound, "there is no such credential", "没有找到该凭证");
        auto row = storage::decode_credential(key, **value);
        if (!row) return fail(std::move(row.error()));
        *done = {};
        if (to_micros(row->revoked) == 0) {
            if (auto fine = check_not_last(registry, batch, *row); !fine) return fine;
            row->revoked = batch.time();
            row->revoked_by = by;
            batch.put(storage::Space::record, key, encode(*row));
            log_credential(registry, batch, *row, owner_prefix, kRevoked, done->log);
        }
        done->credential = std::move(*row);
        return {};
    };
    operation.reply = [done, render = std::move(render)](storage::Batch&) { return render(*done); };
    return operation;
}

storage::Operation first_administrator(Registry const& registry, std::string const& name, std::string& key) {
    auto made = make_administrator(registry, name, "init", key);
    storage::Operation operation;
    operation.apply = [&registry, made](storage::Batch& batch, uint32_t) -> Result<void> {
        if (auto stored = store_default_profile(batch); !stored) return stored;
        put_administrator(registry, batch, *made);
        return {};
    };
    return operation;
}

storage::Operation another_administrator(Registry const& registry, std::string const& name, std::string& key) {
    auto made = make_administrator(registry, name, "admin-key", key);
    storage::Operation operation;
    operation.apply = [&registry, made](storage::Batch& batch, uint32_t) -> Result<void> {
        put_administrator(registry, batch, *made);
        return {};
    };
    return operation;
}

}  // namespace ingot::registry
