#include "registry/registry.hpp"

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
    publish({});
}

Registry::~Registry() { wipe(pepper_); }

void Registry::publish(Directory next) {
    auto made = std::make_shared<Directory const>(std::move(next));
    std::lock_guard lock(directory_mutex_);
    directory_.swap(made);  // the one before ends outside the lock, if nobody else reads it
}

Result<void> Registry::load() {
    std::lock_guard lock(change_mutex_);  // a commit that ends meanwhile waits in committed()
    return load_locked();
}

Result<void> Registry::load_locked() {
    auto view = engine_.view();
    if (!view) return fail(std::move(view.error()));
    Directory next;
    for (char const* letter : {"E", "F", "P", "A", "K"}) {
        std::optional<storage::Range> range = storage::prefix_range(storage::Space::record, letter);
        while (range) {
            auto page = (*view)->scan(*range);
            if (!page) return fail(std::move(page.error()));
            for (storage::Row const& row : page->rows)
                if (auto taken = next.take(row.key, row.value); !taken) return taken;
            range = std::move(page->rest);
        }
    }
    next.keep_last_used(*directory_);
    publish(std::move(next));
    behind_ = false;
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

Result<void> Registry::add_administrator(std::string const& name,
                                         std::function<Result<void>(std::string const&)> const& keep) {
    std::string key;
    auto operation = another_administrator(*this, name, key);
    auto kept = keep(key);
    wipe(key);
    if (!kept) return kept;
    auto made = engine_.update(std::move(operation));
    if (!made) return fail(std::move(made.error()));
    return {};
}

Result<void> Registry::take_changes(std::span<storage::Row const> changed_keys) {
    std::vector<std::string> keys;
    for (storage::Row const& row : changed_keys)
        if (Directory::concerns(row.key)) keys.push_back(row.key);
    if (keys.empty()) return {};
    auto view = engine_.view();
    if (!view) return fail(std::move(view.error()));
    auto values = (*view)->multi_get(storage::Space::record, keys);
    if (!values) return fail(std::move(values.error()));
    Directory next = *directory_;
    for (size_t i = 0; i < keys.size(); ++i)
        if (auto taken = next.take(keys[i], (*values)[i]); !taken) return taken;
    publish(std::move(next));
    return {};
}

Result<void> Registry::committed(std::span<storage::Row const> changed_keys) {
    std::lock_guard lock(change_mutex_);
    auto taken = changed_keys.empty() ? load_locked() : take_changes(changed_keys);
    if (!taken) behind_ = true;
    return taken;
}

std::shared_ptr<Directory const> Registry::directory() const {
    // A change that could not be read when it was committed must not stay unseen: revoked keys would go on working.
    if (behind_.load(std::memory_order_relaxed)) static_cast<void>(const_cast<Registry*>(this)->load());
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
