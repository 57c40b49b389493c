// A registry and a resolver over a store in memory, with a clock the test owns: two enterprises, A and B, and a
// platform administrator.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "registry/allocation.hpp"
#include "registry/credential_change.hpp"
#include "registry/prefix_change.hpp"
#include "registry/profile_change.hpp"
#include "registry/registration.hpp"
#include "resolver/resolver.hpp"
#include "storage/rocks_engine.hpp"

namespace ingot {

class TestClock final : public Clock {
  public:
    Time now() const override { return from_micros(now_.load()); }
    Steady steady() const override { return std::chrono::steady_clock::now(); }
    void set(std::string_view text) { now_ = to_micros(*parse_time(text)); }

  private:
    std::atomic<int64_t> now_{to_micros(*parse_time("2026-11-22T02:00:00Z"))};
};

inline constexpr char const* kA = "88.999.3212001";
inline constexpr char const* kB = "88.999.3212002";

struct TestNode {
    explicit TestNode(registry::Settings settings = {}, storage::StoreOptions options = {}) {
        options.reserve_bytes = options.ballast_bytes = 0;
        options.started = false;
        auto opened = storage::open_memory_store(clock, random, options);
        if (!opened) throw std::runtime_error("store: " + opened.error().detail);
        engine = std::move(*opened);
        std::string pepper;
        for (char i = 0; i < 32; ++i) pepper += i;
        registry = std::make_unique<registry::Registry>(*engine, clock, random, pepper, std::move(settings));
        resolver = std::make_unique<resolver::Resolver>(*engine, *registry);
        engine->start([this](storage::Sequence sequence, std::span<storage::Row const> keys) {
            static_cast<void>(registry->committed(keys));
            resolver->committed(sequence, keys);
        });
        auto key = registry->initialise("admin");
        if (!key) throw std::runtime_error("initialise: " + key.error().detail);
        admin = who(*key);
        add_prefix(kA, "Enterprise A");
        add_prefix(kB, "Enterprise B");
        operator_a = login(registry::Role::operator_, kA);
        operator_b = login(registry::Role::operator_, kB);
    }

    std::shared_ptr<registry::Principal const> who(std::string const& key) {
        auto principal = registry->authenticate(key);
        if (!principal) throw std::runtime_error("authenticate: " + principal.error().detail);
        return *principal;
    }

    void add_prefix(std::string_view text, std::string name, bool hosted = true, std::string referral = {}) {
        auto allowed = registry::Authorised::check(*admin, registry::Act::PrefixDelegate, {});
        registry::NewPrefix request{
            *ident::Prefix::parse_for_registration(text), std::move(name), {}, hosted, std::move(referral), {}, {}, {}};
        run(registry::add_prefix(*registry, *allowed, std::move(request),
                                 [](auto const&) { return storage::Reply{}; }));
    }

    void patch_prefix(std::string_view canonical, registry::PrefixPatch patch) {
        auto allowed = registry::Authorised::check(*admin, registry::Act::PrefixDelegate, {});
        registry::Precondition before{"*", false};
        run(registry::change_prefix(*registry, *allowed, std::string(canonical), std::move(patch), before,
                                    [](auto const&) { return storage::Reply{}; }));
    }

    std::string make_key(registry::Role role, std::string prefix, std::vector<std::string> acts = {}) {
        auto allowed = registry::Authorised::check(*admin, registry::Act::UserManage, {});
        registry::NewCredential request;
        request.role = role;
        request.prefix = std::move(prefix);
        request.acts = std::move(acts);
        std::string key;
        run(registry::add_credential(*registry, *allowed, request, [&](registry::CredentialMade const& made) {
            key = made.key;
            return storage::Reply{};
        }));
        return key;
    }

    std::shared_ptr<registry::Principal const> login(registry::Role role, std::string prefix,
                                                     std::vector<std::string> acts = {}) {
        return who(make_key(role, std::move(prefix), std::move(acts)));
    }

    storage::Committed run(Result<storage::Operation> operation) {
        if (!operation) throw std::runtime_error("operation: " + operation.error().detail);
        auto done = engine->update(std::move(*operation));
        if (!done) throw std::runtime_error("update: " + done.error().detail);
        return std::move(*done);
    }

    // Registers a record with one text value.
    Result<registry::RecordChanged> put(std::string_view id, std::string text, std::string if_match = {},
                                        storage::ValueVisibility visibility = storage::ValueVisibility::everyone,
                                        registry::Principal const* as = nullptr) {
        auto identifier = ident::Identifier::parse_for_registration(id);
        if (!identifier) return fail(identifier.error());
        auto allowed =
            registry->authorise_change(as ? *as : *operator_a, registry::Act::RecordWrite, identifier->prefix());
        if (!allowed) return fail(allowed.error());
        storage::RecordValue value;
        value.index = 1;
        value.type = "URL";
        value.data = std::move(text);
        value.visibility = visibility;
        registry::RecordChanged changed;
        registry::NewRecord record{*identifier, {value}, {}};
        auto done = engine->update(registry::put_identifier(registry::Registrar(*registry, *allowed), record,
                                                            {std::move(if_match), false},
                                                            [&](registry::RecordChanged const& made) {
                                                                changed = made;
                                                                return storage::Reply{};
                                                            }));
        if (!done) return fail(done.error());
        return changed;
    }

    Result<registry::Allocation> allocate(uint64_t count, std::string product = "PB99994", std::string date = {},
                                          registry::Principal const* as = nullptr) {
        registry::AllocationRequest request;
        request.profile = "nonferrous-default";
        request.values = {{"class", "PD"}, {"product", std::move(product)}};
        if (!date.empty()) request.values["date"] = std::move(date);
        request.count = count;
        return allocate(std::move(request), as);
    }

    Result<registry::Allocation> allocate(registry::AllocationRequest request,
                                          registry::Principal const* as = nullptr) {
        auto allowed =
            registry->authorise_change(as ? *as : *operator_a, registry::Act::CodeAllocate, *ident::Prefix::parse(kA));
        if (!allowed) return fail(allowed.error());
        registry::Allocation made;
        auto operation =
            registry::allocate_codes(*registry, *allowed, std::move(request), [&](registry::Allocation const& done) {
                made = done;
                return storage::Reply{};
            });
        if (!operation) return fail(operation.error());
        auto done = engine->update(std::move(*operation));
        if (!done) return fail(done.error());
        return made;
    }

    resolver::Resolution resolve(std::string_view id, registry::Principal const& as = {}) {
        auto found = resolver->resolve(*ident::Identifier::parse(id), as);
        if (!found) throw std::runtime_error("resolve: " + found.error().detail);
        return std::move(*found);
    }

    TestClock clock;
    SystemRandom random;
    std::unique_ptr<storage::Engine> engine;
    std::unique_ptr<registry::Registry> registry;
    std::unique_ptr<resolver::Resolver> resolver;
    std::shared_ptr<registry::Principal const> admin, operator_a, operator_b;
};

}  // namespace ingot
