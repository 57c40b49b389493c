// Frames and shortcuts for tests that read EPCIS bodies.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tracechain/epcis_reader.hpp"

namespace ingot::tracechain {

inline ReadTerms test_terms() {
    ReadTerms terms;
    terms.hosts.own_hosts = {"ingot.example"};
    return terms;
}

// The document frame of trace-semantics.md 2.1 around a list of events.
inline std::string framed(std::string_view events) {
    return R"({"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
              {"ingot": "https://ingot.example/ns/"}],
 "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-11-22T16:00:00+08:00",
 "epcisBody": {"eventList": [)" +
           std::string(events) + "]}}";
}

inline ReadBody read_body(std::string_view body, ReadTerms const& terms = test_terms(),
                          std::string_view content_type = "application/json") {
    auto read = read_capture_body(body, content_type, terms);
    if (!read) {
        ADD_FAILURE() << read.error().detail;
        return {};
    }
    return std::move(*read);
}

// One event in the frame, which must be read.
inline Event read_one(std::string_view event, ReadTerms const& terms = test_terms()) {
    ReadBody body = read_body(framed(event), terms);
    if (body.events.size() != 1 || !body.events[0].event) {
        ADD_FAILURE() << (body.events.empty() || !body.events[0].error ? "no event" : body.events[0].error->detail)
                      << "\n"
                      << event;
        return {};
    }
    return std::move(*body.events[0].event);
}

// The error of one event in the frame, which must be refused. Pointers begin with /epcisBody/eventList/0.
inline Error refuse_one(std::string_view event, ReadTerms const& terms = test_terms()) {
    ReadBody body = read_body(framed(event), terms);
    if (body.events.size() != 1 || !body.events[0].error) {
        ADD_FAILURE() << "was not refused: " << event;
        return {};
    }
    return std::move(*body.events[0].error);
}

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
    size_t at = text.find(from);
    if (at == std::string::npos)
        ADD_FAILURE() << "nothing to replace: " << from;
    else
        text.replace(at, from.size(), to);
    return text;
}

// Folder of the shared test data; nothing when it is absent, which is visible, and a failure where CI=true.
inline std::optional<std::filesystem::path> shared_data() {
    char const* named = std::getenv("SHARED_DATA");
    std::filesystem::path folder = named != nullptr ? named : "../shared/data";
    if (std::filesystem::exists(folder / "manifest-epcis.json")) return folder;
    char const* ci = std::getenv("CI");
    if (ci != nullptr && std::string_view(ci) == "true") ADD_FAILURE() << "no test data in " << folder;
    std::cout << "test data absent (" << folder << "): cases left out\n";
    return std::nullopt;
}

inline std::string file_text(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace ingot::tracechain
