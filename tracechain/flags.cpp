#include "tracechain/flags.hpp"

#include <array>
#include <utility>

namespace ingot::tracechain {

using storage::Flag;
using storage::LinkKind;

namespace {

constexpr std::array kFlags{
    std::pair{Flag::time_order, std::string_view("time-order")},
    std::pair{Flag::overdraw, std::string_view("overdraw")},
    std::pair{Flag::custody_gap, std::string_view("custody-gap")},
    std::pair{Flag::restated_supply, std::string_view("restated-supply")},
    std::pair{Flag::implicit_supply, std::string_view("implicit-supply")},
    std::pair{Flag::lot_reused, std::string_view("lot-reused")},
    std::pair{Flag::kind_conflict, std::string_view("kind-conflict")},
    std::pair{Flag::already_consumed, std::string_view("already-consumed")},
    std::pair{Flag::already_exists, std::string_view("already-exists")},
    std::pair{Flag::mass_gain, std::string_view("mass-gain")},
    std::pair{Flag::time_future, std::string_view("time-future")},
    std::pair{Flag::consumed_in_container, std::string_view("consumed-in-container")},
    std::pair{Flag::estimate_stale, std::string_view("estimate-stale")},
    std::pair{Flag::residence_short, std::string_view("residence-short")},
};

constexpr std::array<std::string_view, 25> kKinds{
    "",     "commission", "transform",   "charge",      "draw",   "charge_draw",   "campaign", "pack", "unpack",
    "move", "ship",       "receive",     "observe",     "adjust", "vessel_adjust", "dispose",  "hold", "release",
    "lock", "unlock",     "association", "transaction", "other",  "declaration",   "void_ship"};

}  // namespace

std::string_view name(Flag flag) {
    for (auto const& [each, word] : kFlags)
        if (each == flag) return word;
    return "unknown";
}

std::optional<Flag> parse_flag(std::string_view text) {
    for (auto const& [flag, word] : kFlags)
        if (word == text) return flag;
    return std::nullopt;
}

std::vector<std::string_view> flag_names(uint32_t flags) {
    std::vector<std::string_view> words;
    for (auto const& [flag, word] : kFlags)
        if (flags & bit(flag)) words.push_back(word);
    return words;
}

std::string_view name(LinkKind kind) { return kKinds[static_cast<size_t>(kind)]; }

std::optional<LinkKind> parse_kind(std::string_view word) {
    for (size_t i = 1; i < kKinds.size(); ++i)
        if (kKinds[i] == word) return static_cast<LinkKind>(i);
    return std::nullopt;
}

std::string_view name(storage::LotKind kind) {
    switch (kind) {
        case storage::LotKind::instance:
            return "instance";
        case storage::LotKind::class_only:
            return "class_only";
        case storage::LotKind::batch:
            return "batch";
    }
    return "batch";
}

}  // namespace ingot::tracechain
