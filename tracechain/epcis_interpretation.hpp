// One event on its way from checked EPCIS to the terms of the trace chain (spec/trace-semantics.md 1.2, 2.2, 2.3). The
// readers below each fill a part of `event`; what is wrong becomes a fault, what is merely odd a warning.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "tracechain/amount.hpp"
#include "tracechain/basis.hpp"
#include "tracechain/epcis_faults.hpp"
#include "tracechain/epcis_fields.hpp"
#include "tracechain/epcis_names.hpp"
#include "tracechain/epcis_reader.hpp"
#include "tracechain/epcis_words.hpp"

namespace ingot::tracechain {

// The ingot: extensions of an event, by place in this list.
enum class Extension : uint8_t {
    amounts,
    vessel,
    allocation,
    links,
    adjust,
    hold,
    lock,
    lock_transfer,
    burdens,
    override
};
inline constexpr std::array<std::string_view, 10> kExtensionNames = {
    "amounts", "vessel", "allocation", "links", "adjust", "hold", "lock", "lockTransfer", "burdens", "override"};

struct Interpretation {
    EventFields const& fields;
    Names const& names;
    ReadTerms const& terms;
    FaultList& faults;
    Event& event;
    std::array<JsonValue const*, kExtensionNames.size()> extensions{};
    std::array<std::unordered_map<std::string_view, size_t>, 3> members_by_key{};  // by side; places in event.members

    JsonValue const* extension(Extension which) const { return extensions[size_t(which)]; }
    void warn(std::string_view code, JsonValue const& at);

    // Members of an ingot: value by local name, in the order of `known`; the bare name stands for the prefixed one
    // where `bare_allowed`. Twice the same is extension-ambiguous, an unknown one the warning extension-unknown.
    void read_members(JsonValue const& object, std::span<std::string_view const> known,
                      std::span<JsonValue const*> found, bool bare_allowed);
    template <size_t N>
    std::array<JsonValue const*, N> members(JsonValue const& object, std::array<std::string_view, N> const& known,
                                            bool bare_allowed = true) {
        std::array<JsonValue const*, N> found{};
        read_members(object, known, found, bare_allowed);
        return found;
    }

    // Each adds a fault and answers nothing when the value is not what it should be.
    std::optional<ident::LotKey> lot_key(JsonValue const& uri);
    std::optional<int64_t> amount(JsonValue const& value, DecimalFactor factor, bool negative_allowed = false);
    std::optional<double> fraction(JsonValue const& value);  // 0 to 1
    std::optional<std::string> text(JsonValue const& value);
    std::optional<std::string> uri(JsonValue const& value);
    std::optional<std::string> date_time(JsonValue const& value);
    std::optional<bool> boolean(JsonValue const& value);
    // Place of the word in the list.
    std::optional<size_t> word(JsonValue const& value, std::span<std::string_view const> words);
    bool is_object(JsonValue const& value) { return require_object(faults, value, "extension"); }
    bool is_array(JsonValue const& value) { return require_array(faults, value, "extension"); }
    void lacks(JsonValue const& object, std::string_view member, std::string_view example);

    // A word of a list, bare if it is in the list in any spelling, else the URI with its prefix expanded.
    std::string folded_word(std::string_view text, WordList list) const;
};

// epcis_members.cpp: lots of the lists, then ingot:amounts.
void read_lots(Interpretation& in);
void read_amounts(Interpretation& in);
Member* find_member(Interpretation& in, Side side, std::string_view canonical);

// epcis_kind.cpp
void read_why_where(Interpretation& in);
void read_declaration(Interpretation& in);
LinkKind kind_of(Event const& event, bool has_sensors);
void warn_ignored_extensions(Interpretation& in);

// epcis_extensions.cpp, epcis_vessel.cpp
void find_extensions(Interpretation& in);
void read_adjust(Interpretation& in);
void check_adjusted_amounts(Interpretation& in);
void read_vessel(Interpretation& in);
void check_selected_sum(Interpretation& in);
void read_allocation(Interpretation& in);
void read_links(Interpretation& in);
void read_hold(Interpretation& in);
void read_lock(Interpretation& in);
void read_override(Interpretation& in);

// epcis_assays.cpp
inline constexpr std::array<std::string_view, 4> kAssayStatuses = {"provisional", "exchange", "final", "umpire"};
void read_ilmd(Interpretation& in);
void read_sensor_assays(Interpretation& in);

}  // namespace ingot::tracechain
