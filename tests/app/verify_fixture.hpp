// A node in memory with codes, records, events and a registry, all of it healthy, for checks to look at.
#pragma once

#include <gtest/gtest.h>

#include "app/derived_checks.hpp"
#include "app/lineage.hpp"
#include "storage/verify_tables.hpp"
#include "tests/registry/registry_fixture.hpp"
#include "tests/tracechain/notation.hpp"
#include "tracechain/tracechain.hpp"

namespace ingot::app {

class VerifiedNode {
  public:
    VerifiedNode() {
        settings.hosts.own_hosts = {"ingot.example"};
        settings.log_origin = "ingot.example/v1/log";
        node.add_prefix("88.999.1", "Plant");
        node.add_prefix("88.999.2", "Customer");
        operator_1 = node.login(registry::Role::operator_, "88.999.1");
        trace = std::make_unique<tracechain::Tracechain>(*node.engine, node.clock, node.random, settings,
                                                         owner_lookup(*node.registry));
    }

    // Captures one event of the notation of trace-semantics.md 7.1 as the plant; false when it is refused.
    bool say(std::string const& line) { return capture(notation.line(line).json); }
    bool capture(std::string const& event) {
        std::string const body = tracechain::Notation::document({event});
        auto read = tracechain::read_capture_body(body, "application/json", trace->read_terms(false));
        if (!read) return false;
        auto operation = trace->capture({std::move(*read), *operator_1, {}, false, body.size()});
        return operation && node.engine->update(std::move(*operation));
    }

    // Codes, an updated record, lots, a vessel, a container, a transfer, a correction.
    void fill() {
        ASSERT_TRUE(node.allocate(3));
        ASSERT_TRUE(node.put("88.999.3212001/BOX.1", "https://plant.example/1"));
        ASSERT_TRUE(node.put("88.999.3212001/BOX.1", "https://plant.example/2", "*"));
        for (char const* line : {"C A:60", "C B:40", "X A:60,B:40 > M:100", "V+ V1 M:50", "V- V1 > D:20",
                                 "T P1 M:10 > E:10", "SH D:5 > 2", "AJ M -1", "DI E:2", "C W:7", "ER 10 did_not_occur"})
            ASSERT_TRUE(say(line)) << line;
        ASSERT_TRUE(capture(
            R"({"eventID":"urn:uuid:00000000-0000-4000-8000-000000000901","type":"AggregationEvent","action":"ADD",)"
            R"("bizStep":"packing","eventTime":"2026-01-02T00:00:00Z","eventTimeZoneOffset":"+00:00",)"
            R"("parentID":"https://ingot.example/88.999.1/BOX","childQuantityList":[{"epcClass":)"
            R"("https://ingot.example/88.999.1/M","quantity":5,"uom":"KGM"}]})"));
    }

    std::vector<storage::Finding> findings(bool deep) const {
        std::vector<storage::Finding> found;
        std::function<void(storage::Finding)> const sink = [&](storage::Finding finding) {
            found.push_back(std::move(finding));
        };
        auto view = node.engine->view();
        EXPECT_TRUE(view);
        storage::check_tables(**view, sink);
        if (deep) {
            auto done = check_derived(**view, settings, sink);
            EXPECT_TRUE(done) << done.error().detail;
        }
        return found;
    }

    // Changes rows behind the back of their owners, checksums and all.
    void plant(std::function<void(storage::Batch&)> const& change) {
        storage::Operation operation;
        operation.apply = [&](storage::Batch& batch, uint32_t) -> Result<void> {
            change(batch);
            return {};
        };
        ASSERT_TRUE(node.engine->update(std::move(operation)));
    }

    TestNode node;
    tracechain::TraceSettings settings;
    std::shared_ptr<registry::Principal const> operator_1;
    std::unique_ptr<tracechain::Tracechain> trace;
    tracechain::Notation notation;
};

inline std::string list(std::vector<storage::Finding> const& found) {
    std::string out;
    for (auto const& one : found)
        out += one.check + "  " + one.key + one.file + "  expected " + one.expected + "  found " + one.found + "\n";
    return out;
}

inline bool names(std::vector<storage::Finding> const& found, std::string_view check, std::string_view part) {
    return std::any_of(found.begin(), found.end(),
                       [&](auto const& one) { return one.check == check && one.key.find(part) != std::string::npos; });
}

}  // namespace ingot::app
