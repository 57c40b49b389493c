// A graph in memory behind the View interface.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/engine.hpp"

namespace ingot::tracechain {

// An ordered map behind the View interface; counts what is fetched.
class MemoryView final : public storage::View {
  public:
    std::map<std::string, std::string> spaces[storage::kSpaces];
    void put(storage::Space space, std::string key, std::string value) {
        spaces[static_cast<size_t>(space)][std::move(key)] = std::move(value);
    }
    Result<std::optional<std::string>> get(storage::Space space, storage::Bytes key) const override {
        auto const& rows = spaces[static_cast<size_t>(space)];
        auto found = rows.find(std::string(key));
        return found == rows.end() ? std::optional<std::string>() : std::optional(found->second);
    }
    Result<std::vector<std::optional<std::string>>> multi_get(storage::Space space,
                                                              std::span<std::string const> keys) const override {
        std::vector<std::optional<std::string>> out;
        for (auto const& key : keys) out.push_back(*get(space, key));
        return out;
    }
    Result<storage::Page> scan(storage::Range const& range) const override {
        auto const& rows = spaces[static_cast<size_t>(range.space)];
        auto first = rows.lower_bound(range.begin);
        auto last = range.end.empty() ? rows.end() : rows.lower_bound(range.end);
        storage::Page page;
        storage::Range rest = range;
        auto full = [&](std::string const& key) {
            if (page.rows.size() < range.rows_max) return false;
            if (range.reverse) {
                rest.end = page.rows.back().key;
            } else {
                rest.begin = key;
            }
            page.rest = rest;
            return true;
        };
        if (range.reverse) {
            for (auto at = last; at != first;) {
                --at;
                if (full(at->first)) break;
                page.rows.push_back({at->first, at->second});
            }
        } else {
            for (auto at = first; at != last && !full(at->first); ++at) page.rows.push_back({at->first, at->second});
        }
        return page;
    }
    Result<std::vector<storage::Page>> multi_scan(std::span<storage::Range const> ranges) const override {
        std::vector<storage::Page> out;
        for (auto const& range : ranges) out.push_back(*scan(range));
        return out;
    }
    storage::Sequence sequence() const override { return 1; }
};

}  // namespace ingot::tracechain
