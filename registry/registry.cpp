#include "registry/registry.hpp"

#include <set>

#include "base/encoding.hpp"
#include "registry/api_key.hpp"
#include "registry/credential_change.hpp"
#include "registry/profile_change.hpp"
#include "storage/keys.hpp"

namespace ingot::registry {
namespace {

tl::unexpected<Error> invalid_token() { return fail(Code::InvalidToken, "the credential is not valid", "凭证无效"); }

}  // namespace

Registry::Registry(storage::Engine& engine, Clock& clock, Random& random, std::string pepper, Settings settings)
    : engine_(engine), clock_(clock), random_(random), pepper_(std::move(pepper)), settings_(std::move(settings)) {
    publish();
}

Registry::~Registry() { wipe(pepper_); }

void Registry::publish() {
    auto next = std::make_shared<Directory const>(rows_);
    std::lock_guard lock(directory_mutex_);
    directory_ = std::move(next);
}

Result<void> Registry::load() {
    std::lock_guard lock(rows_mutex_);  // a commit that ends meanwhile waits in committed()
    auto view = engine_.view();
    if (!view) return fail(std::move(view.error()));
    DirectoryRows rows;
    for (char const* letter : {"P", "E", "A", "K", "F"}) {
        std::optional<storage::Range> range = storage::prefix_range(storage::Space::record, letter);
        while (range) {
            auto page = (*view)->scan(*range);
            if (!page) return fail(std::move(page.error()));
            for (storage::Row const& row : page->rows)
                if (auto taken = rows.take(row.key, row.value); !taken) return taken;
            range = std::move(page->rest);
        }
    }
    for (auto& [id, used] : rows.last_used)
        if (auto known = rows_.last_used.find(id); known != rows_.last_used.end()) used = known->second;
    rows_ = std::move(rows);
    behind_ = false;
    behind_hint_ = false;
    publish();
    return {};
}

Result<std::string> Registry::initialise(std::string const& admin_name) {
    if (auto loaded = load(); !loaded) return fail(std::move(loaded.error()));
    if (!directory()->credentials().empty())
        return fail(Code::Exists, "this store has an administrator already", "该数据目录已有管理员");
    std::string key;
    auto made = engine_.update(first_administrator(*this, admin_name, key));
    if (!made) return fail(std::move(made.error()));
    if (auto loaded = load(); !loaded) return fail(std::move(loaded.error()));
    return key;
}

Result<void> Registry::read_row(storage::View const& view, std::string const& key) {
    auto value = view.get(storage::Space::record, key);
    if (!value) return fail(std::move(value.error()));
    return rows_.take(key, *value);
}

void Registry::committed(std::span<storage::Row const> changed_keys) {
    std::set<std::string> keys;
    for (storage::Row const& row : changed_keys)
        if (DirectoryRows::concerns(row.key)) keys.insert(row.key);
    if (keys.empty()) return;
    std::lock_guard lock(rows_mutex_);
    auto view = engine_.view();
    bool good = view.has_value();
    for (std::string const& key : keys) good = good && read_row(**view, key).has_value();
    if (!good) behind_hint_ = behind_ = true;
    publish();
}

std::shared_ptr<Directory const> Registry::directory() const {
    // A change that could not be read when it was committed must not stay unseen: revoked keys would go on working.
    if (behind_hint_.load(std::memory_order_relaxed)) static_cast<void>(const_cast<Registry*>(this)->load());
    std::lock_guard lock(directory_mutex_);
    return directory_;
}

std::optional<PrefixInfo> Registry::find_prefix(std::string_view canonical) const {
    auto info = prefix_of(canonical);
    return info ? std::optional<PrefixInfo>(*info) : std::nullopt;
}

std::shared_ptr<PrefixInfo const> Registry::prefix_of(std::string_view canonical) const {
    return directory()->prefix_of(canonical);
}

std::shared_ptr<PrefixInfo const> Registry::prefix_of(ident::Identifier const& identifier) const {
    if (identifier.is_prefix_record()) return prefix_of(identifier.subject_prefix().canonical());
    return prefix_of(identifier.prefix().canonical());
}

Result<std::shared_ptr<Principal const>> Registry::authenticate(std::string_view bearer) const {
    auto id = api_key_id(bearer);
    auto known = directory();
    CredentialInfo const* credential = id ? known->credential(*id) : nullptr;
    Digest const mac = api_key_mac(pepper_, bearer);
    static std::string const kNobody(32, '\0');
    bool const same = equal_in_constant_time(bytes_of(mac), credential ? credential->row.mac : kNobody);
    if (!credential || !same) return invalid_token();
    Time const now = clock_.now();
    bool const live = to_micros(credential->row.revoked) == 0 && now < credential->row.expires;
    if (!live || !credential->principal || !credential->principal->active) return invalid_token();
    int64_t const hour = to_micros(now) / 3'600'000'000;
    if (credential->last_used_hour->load(std::memory_order_relaxed) != hour)
        credential->last_used_hour->store(hour, std::memory_order_relaxed);
    return credential->principal;
}

Result<void> Registry::check_hosted(PrefixInfo const* info) {
    if (!info) return fail(Code::PrefixNotHosted, "this prefix does not live on this node", "该前缀不属于本节点");
    if (info->hosted) return {};
    Error error{Code::PrefixElsewhere, "this prefix is hosted by its enterprise", "该前缀由企业自行托管"};
    if (!info->referral_url.empty()) error.with("referral", info->referral_url);
    return fail(std::move(error));
}

Result<Authorised> Registry::authorise_change(Principal const& principal, Act act, ident::Prefix const& prefix) const {
    if (principal.anonymous()) return Authorised::check(principal, act, {});
    auto info = prefix_of(prefix.canonical());
    if (auto hosted = check_hosted(info.get()); !hosted) return fail(std::move(hosted.error()));
    auto allowed = Authorised::check(principal, act, {info->prefix, info->enterprise});
    if (!allowed) return allowed;
    if (info->suspended)
        return fail(Code::State, "the prefix is suspended: nothing may be changed under it", "该前缀已停用，不能更改");
    return allowed;
}

std::map<std::string, uint64_t> Registry::code_skips() const {
    std::lock_guard lock(codes_mutex_);
    return skips_;
}

}  // namespace ingot::registry
