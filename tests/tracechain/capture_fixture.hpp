// A trace chain over a store in memory, spoken to in the notation of 7.1 through real capture, and asked by real walks.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "storage/event_table.hpp"
#include "storage/rocks_engine.hpp"
#include "tests/tracechain/notation.hpp"
#include "tracechain/custody.hpp"
#include "tracechain/query_answer.hpp"
#include "tracechain/tracechain.hpp"
#include "tracechain/walk.hpp"

namespace ingot::tracechain {

// Moves on by a millisecond at every look, so that record times differ.
class SteppingClock final : public Clock {
  public:
    Time now() const override { return from_micros(now_us_ += 1000); }
    Steady steady() const override { return std::chrono::steady_clock::now(); }
    mutable int64_t now_us_ = 1'769'904'000'000'000;  // 2026-02-01
};

class CountingRandom final : public Random {
  public:
    void fill(void* out, size_t size) override {
        auto* bytes = static_cast<unsigned char*>(out);
        for (size_t i = 0; i < size; ++i)
            bytes[i] = static_cast<unsigned char>(state_ = state_ * 6364136223846793005u + 1);
    }

  private:
    uint64_t state_ = 42;
};

inline std::optional<Owner> owner_of_example(ident::LotKey const& key) {
    if (!key.identifier) return std::nullopt;
    std::string const prefix = key.has_suffix                       ? key.identifier->prefix().canonical()
                               : key.identifier->is_prefix_record() ? key.identifier->subject_prefix().canonical()
                                                                    : key.identifier->prefix().canonical();
    if (!prefix.starts_with("88.999.")) return std::nullopt;
    return Owner{"en_" + prefix.substr(7), prefix};
}

inline registry::Principal principal_of(std::string const& site, registry::Role role = registry::Role::operator_) {
    registry::Principal principal;
    principal.id = "pr_" + site;
    principal.enterprise = "en_" + site;
    principal.prefix = "88.999." + site;
    principal.roles = {role};
    return principal;
}

struct Asked {
    std::map<std::string, double> share, of_start, on_hand_kg;
    ClosureNumbers closure;
    LocatedNumbers located;
    std::map<std::string, double> gaps;
    WalkStats stats;
};

class Chain {
  public:
    explicit Chain(TraceSettings settings = example_settings()) {
        auto opened = storage::open_memory_store(clock, random);
        if (!opened) throw std::runtime_error(opened.error().detail);
        engine = std::move(*opened);
        trace = std::make_unique<Tracechain>(*engine, clock, random, std::move(settings), owner_of_example);
    }

    static TraceSettings example_settings() {
        TraceSettings settings;
        settings.hosts.own_hosts = {"ingot.example"};
        settings.log_origin = "ingot.example/v1/log";
        return settings;
    }

    // Captures a body as someone; the answer, or the error of a refused whole.
    Result<nlohmann::json> post(std::string const& body, registry::Principal const& who,
                                std::optional<bool> rollback = {}, std::string const& type = "application/json") {
        auto read = read_capture_body(body, type, trace->read_terms(trace->is_strict(who)));
        if (!read) return tl::unexpected(read.error());
        auto operation = trace->capture({std::move(*read), who, rollback, false, body.size()});
        if (!operation) return tl::unexpected(operation.error());
        auto committed = engine->update(std::move(*operation));
        if (!committed) return tl::unexpected(committed.error());
        return nlohmann::json::parse(committed->reply.body);
    }

    Result<nlohmann::json> post(NotedEvent const& event, bool strict = false) {
        auto who = principal_of(event.site);
        if (strict) who.trace_mode = "strict";
        return post(Notation::document({event.json}), who);
    }

    // Captures lines one by one, each a request of its own; all must be stored.
    void say(std::vector<std::string> const& lines) {
        for (std::string const& line : lines) {
            auto answer = post(notation.line(line));
            ASSERT_TRUE(answer) << line << ": " << answer.error().detail;
            ASSERT_EQ((*answer)["stored"], 1) << line << " " << answer->dump();
        }
    }

    std::unique_ptr<storage::View> view() const { return std::move(*engine->view()); }

    LotRow lot(std::string const& name) const {
        auto const now = view();
        auto number = storage::find_lot_number(*now, key(name));
        if (!number || !*number) {
            ADD_FAILURE() << "no lot " << name;
            return {};
        }
        return **storage::find_lot(*now, **number);
    }

    static std::string key(std::string const& name) {
        return name.find('/') == std::string::npos ? "88.999.1/" + name : name;
    }

    int64_t on_hand_kg(std::string const& name) const {
        LotRow const row = lot(name);
        return row.tail.content.value(row.tail.primary) / 1'000'000;
    }

    Asked ask(Direction direction, std::string const& name, TraceQuery query, EventSeq as_of = UINT64_MAX) const {
        Asked out;
        auto const now = view();
        WalkListing listing(direction, query);
        WalkTerms terms;
        EventSeq const newest = *storage::read_count(*now, "events");
        Walk walk(direction, query, terms, std::min(as_of, newest), listing);
        auto begun = walk.begin(*now, {{lot(name).lot}});
        EXPECT_TRUE(begun) << (begun ? "" : begun.error().detail);
        auto ran = walk.run(*now, {});
        EXPECT_TRUE(ran) << (ran ? "" : ran.error().detail);
        out.closure = walk.closure();
        out.located = walk.located();
        EXPECT_TRUE(walk.credit_waiting());
        out.stats = walk.stats();
        for (auto const* each : listing.ranked()) {
            std::string const id = name_of(*now, each->lot);
            out.share[id] = each->entered.f.value();
            out.of_start[id] = each->entered.d.value();
            out.on_hand_kg[id] = static_cast<double>(each->amounts.on_hand.value_or(0)) / 1e6;
        }
        for (auto const& gap : listing.gaps()) out.gaps[gap.reason] += gap.share.value();
        EXPECT_NEAR(out.closure.sum(), 1, 1e-9) << name;
        return out;
    }

    Asked up(std::string const& name, EventSeq as_of = UINT64_MAX, double theta = 1e-6) const {
        return ask(Direction::up, name, wide(theta), as_of);
    }
    Asked down(std::string const& name, EventSeq as_of = UINT64_MAX, double theta = 1e-6) const {
        return ask(Direction::down, name, wide(theta), as_of);
    }

    static TraceQuery wide(double theta) {
        TraceQuery query;
        query.theta = theta;
        query.max_nodes = 5'000'000;
        query.max_edges = 0;
        query.max_depth = 100'000;
        return query;
    }

    // Every row of a space, for comparing stores.
    static std::map<std::string, std::string> rows(storage::View const& from, storage::Space space,
                                                   std::string prefix = "") {
        std::map<std::string, std::string> out;
        std::optional<storage::Range> range = storage::Range{space, prefix, "", false, 4096, 16 << 20};
        while (range) {
            auto page = from.scan(*range);
            if (!page) throw std::runtime_error(page.error().detail);
            for (auto& row : page->rows) out.emplace(std::move(row.key), std::move(row.value));
            range = page->rest;
        }
        return out;
    }

    SteppingClock clock;
    CountingRandom random;
    std::unique_ptr<storage::Engine> engine;
    std::unique_ptr<Tracechain> trace;
    Notation notation;

  private:
    static std::string name_of(storage::View const& view, LotNumber number) {
        std::string const key = (*storage::find_lot(view, number))->key;
        return key.starts_with("88.999.1/") ? key.substr(9) : key;
    }
};

// Shares as lists of name and value, exact to 1e-9, nothing else listed.
inline void expect_shares(std::map<std::string, double> const& got, std::map<std::string, double> const& wanted) {
    for (auto const& [name, share] : wanted) {
        auto found = got.find(name);
        if (found == got.end()) {
            ADD_FAILURE() << name << " is not listed";
        } else {
            EXPECT_NEAR(found->second, share, 1e-9) << name;
        }
    }
    for (auto const& [name, share] : got) EXPECT_TRUE(wanted.contains(name)) << name << " is listed with " << share;
}

}  // namespace ingot::tracechain
