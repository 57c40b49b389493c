// Words for the codes of the trace chain: flags use "-", kinds and roles "_" (spec/trace-semantics.md 4.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "storage/graph_table.hpp"

namespace ingot::tracechain {

std::string_view name(storage::Flag flag);  // "time-order"
std::optional<storage::Flag> parse_flag(std::string_view word);
std::vector<std::string_view> flag_names(uint32_t flags);  // in bit order

std::string_view name(storage::LinkKind kind);  // "transform", "void_ship"
std::optional<storage::LinkKind> parse_kind(std::string_view word);

std::string_view name(storage::LotKind kind);  // "batch"

inline constexpr uint32_t bit(storage::Flag flag) { return static_cast<uint32_t>(flag); }

}  // namespace ingot::tracechain
