#include "registry/registry.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "registry/api_key.hpp"
#include "registry/credential_change.hpp"
#include "registry/profile_change.hpp"
#include "storage/keys.hpp"

namespace ingot::registry {
namespace {

// Calls `row` for every row of a range that can be read; false when some could not. Where nothing can be read further,
// what lies behind is read from the other end.
Result<bool> each_readable(storage::View const& view, storage::Range all,
                           std::function<void(storage::Row const&)> const& row) {
    bool whole = true, cut = false;
    all.past_damage = true;
    for (bool reverse : {false, true}) {
        all.reverse = reverse;
        for (std::optional<storage::Range> range = all; range;) {
            auto page = view.scan(*range);
            if (!page) return fail(std::move(page.error()));
            for (storage::Row const& one : page->rows) row(one);
            whole = whole && !page->damaged;
            cut = page->cut;
            range = std::move(page->rest);
        }
        if (!cut) break;
    }
    return whole;
}

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
    for (storage::RegistryRow kind : storage::kRegistryRows) {
        auto row = [&](storage::Row const& one) { take(next, one.key, one.value); };
        auto whole = each_readable(**view, storage::registry_rows(kind), row);
        if (!whole) return fail(std::move(whole.error()));
        if (!*whole) next.note_damage();
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
    for (size_t i = 0; i < keys.size(); ++i) take(next, keys[i], (*values)[i]);
    publish(std::move(next));
    return {};
}

void Registry::take(Directory& next, std::string_view key, std::optional<std::string> const& value) const {
    auto taken = next.take(key, value);
    if (taken) return;
    next.note_damage();
    engine_.answered_damaged(taken.error());
}

Result<std::shared_ptr<Directory const>> Registry::directory_in(storage::Batch const& batch) const {
    auto known = directory();
    auto const keys = batch.untold_registry_keys();
    if (keys.empty()) return known;
    auto next = std::make_shared<Directory>(*known);
    for (std::string const& key : keys) {
        auto value = batch.get(storage::Space::record, key);
        if (!value) return fail(std::move(value.error()));
        if (auto taken = next->take(key, *value); !taken) return fail(std::move(taken.error()));
    }
    return next;
}

Result<void> Registry::committed(std::span<storage::Row const> changed_keys) {
    std::lock_guard lock(change_mutex_);
    auto taken = behind_ || changed_keys.empty() ? load_locked() : take_changes(changed_keys);
    if (!taken) behind_ = true;
    return taken;
}

std::shared_ptr<Directory const> Registry::directory() const {
    std::lock_guard lock(directory_mutex_);
    return directory_;
}

std::shared_ptr<PrefixInfo const> Registry::prefix_of(std::string_view canonical) const {
    return directory()->prefix_of(canonical);
}

std::shared_ptr<PrefixInfo const> Registry::prefix_of(ident::Identifier const& identifier) const {
    if (identifier.is_prefix_record()) return prefix_of(identifier.subject_prefix().canonical());
    return prefix_of(identifier.prefix().canonical());
}

Result<void> Registry::check_row(storage::View const& view, std::string const& key) const {
    auto value = view.get(storage::Space::record, key);
    if (!value) return fail(std::move(value.error()));
    return Directory().take(key, *value);
}

Result<void> Registry::check_readable(std::string_view canonical) const {
    auto const known = directory();
    if (!known->damaged()) return {};
    auto view = engine_.view();
    if (!view) return fail(std::move(view.error()));
    for (std::string_view at = canonical;; at = at.substr(0, at.rfind('.'))) {
        if (auto fine = check_row(**view, storage::prefix_key(at)); !fine) return fine;
        if (at.find('.') == std::string_view::npos) break;
    }
    auto const info = known->prefix_of(canonical);
    if (!info) return {};
    for (std::string const& name : info->adopted)
        for (std::string const& scope : {info->prefix, std::string("*")}) {
            auto page = (*view)->scan(storage::profile_versions(scope, name));
            if (!page) return fail(std::move(page.error()));
            for (storage::Row const& row : page->rows)
                if (auto fine = Directory().take(row.key, row.value); !fine) return fine;
        }
    return check_row(**view, storage::enterprise_key(info->enterprise));
}

Result<void> Registry::check_readable(ident::Identifier const& identifier) const {
    if (!directory()->damaged()) return {};
    return check_readable(identifier.is_prefix_record() ? identifier.subject_prefix().canonical()
                                                        : identifier.prefix().canonical());
}

Time Registry::log_time() const { return std::max(clock_.now(), engine_.health().log_time); }

Result<std::shared_ptr<Principal const>> Registry::authenticate(std::string_view bearer) const {
    auto id = api_key_id(bearer);
    auto known = directory();
    CredentialInfo const* credential = id ? known->credential(*id) : nullptr;
    Digest const mac = api_key_mac(pepper_, bearer);
    static std::string const kNobody(32, '\0');
    bool const same = equal_in_constant_time(bytes_of(mac), credential ? credential->row.mac : kNobody);
    bool const doubtful = known->damaged() && id && (!credential || (same && !credential->principal));
    if (doubtful) {
        auto view = engine_.view();
        if (!view) return fail(std::move(view.error()));
        std::string const key =
            credential ? storage::principal_key(credential->row.principal) : storage::credential_key(*id);
        if (auto fine = check_row(**view, key); !fine) return fail(std::move(fine.error()));
    }
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
    if (auto readable = check_readable(prefix.canonical()); !readable) return fail(std::move(readable.error()));
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
