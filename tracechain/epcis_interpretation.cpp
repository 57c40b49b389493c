#include "tracechain/epcis_interpretation.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/encoding.hpp"
#include "tracechain/epcis_format.hpp"

namespace ingot::tracechain {

void Interpretation::warn(std::string_view code, JsonValue const& at) {
    constexpr size_t kWarningsMax = 100;
    if (event.warnings.size() < kWarningsMax) event.warnings.push_back({std::string(code), faults.inside(at)});
}

void Interpretation::read_members(JsonValue const& object, std::span<std::string_view const> known,
                                  std::span<JsonValue const*> found, bool bare_allowed) {
    for (JsonValue const& member : object) {
        ExpandedName name = names.expand(member.name);
        bool bare = name.space.empty();
        if (bare ? !bare_allowed || name.local.starts_with('@') : !name.is_ingot()) continue;
        auto place = std::find(known.begin(), known.end(), name.local);
        if (place == known.end()) {
            warn("extension-unknown", member);
            continue;
        }
        JsonValue const*& slot = found[size_t(place - known.begin())];
        if (slot != nullptr) {
            std::string twice(name.local);
            faults.add(member, Code::ExtensionAmbiguous,
                       "\"" + twice + "\" stands twice, as " + excerpt(slot->name) + " and " + excerpt(member.name) +
                           "; write ingot:" + twice + " once",
                       "\"" + twice + "\" 以两种写法出现两次；请只写一次 ingot:" + twice);
        }
        slot = &member;
    }
}

std::optional<ident::LotKey> Interpretation::lot_key(JsonValue const& uri_value) {
    if (!require_uri(faults, uri_value, "F1")) return std::nullopt;
    auto key = ident::canon(uri_value.text, terms.hosts);
    if (!key) {
        faults.add(uri_value, "F1", label(uri_value) + " is no usable identifier: " + key.error().detail,
                   label(uri_value) + " 不是可用的标识：" + key.error().detail_zh);
        return std::nullopt;
    }
    if (key->opaque_urn) warn("identifier-opaque", uri_value);
    return std::move(*key);
}

std::optional<int64_t> Interpretation::amount(JsonValue const& value, DecimalFactor factor, bool negative_allowed) {
    if (!value.is_number() && !value.is_string()) {
        faults.add(value, "extension", label(value) + " must be a decimal number such as 1206.5, not " + shown(value),
                   label(value) + " 必须是十进制数，例如 1206.5；现为 " + shown(value));
        return std::nullopt;
    }
    auto exact = parse_amount(value.text, factor, negative_allowed);
    if (!exact) {
        faults.add(value, exact.error());
        return std::nullopt;
    }
    if (exact->rounded) warn("amount-rounded", value);
    return exact->value;
}

std::optional<double> Interpretation::fraction(JsonValue const& value) {
    if ((value.is_number() || value.is_string()) && is_decimal(value.text)) {
        double number = std::strtod(std::string(value.text).c_str(), nullptr);
        if (number >= 0 && number <= 1) return number;
    }
    faults.add(value, "extension", label(value) + " must be a number from 0 to 1, not " + shown(value),
               label(value) + " 必须是 0 到 1 之间的数，现为 " + shown(value));
    return std::nullopt;
}

std::optional<std::string> Interpretation::text(JsonValue const& value) {
    if (!require_string(faults, value, "extension")) return std::nullopt;
    return std::string(value.text);
}

std::optional<std::string> Interpretation::uri(JsonValue const& value) {
    if (!require_uri(faults, value, "F1")) return std::nullopt;
    return std::string(value.text);
}

std::optional<std::string> Interpretation::date_time(JsonValue const& value) {
    if (!require_date_time(faults, value, "F2")) return std::nullopt;
    return std::string(value.text);
}

std::optional<bool> Interpretation::boolean(JsonValue const& value) {
    if (value.is_boolean()) return value.is_true();
    faults.add(value, "extension", label(value) + " must be true or false, not " + shown(value),
               label(value) + " 必须是 true 或 false，现为 " + shown(value));
    return std::nullopt;
}

std::optional<size_t> Interpretation::word(JsonValue const& value, std::span<std::string_view const> words) {
    if (value.is_string()) {
        auto place = std::find(words.begin(), words.end(), value.text);
        if (place != words.end()) return size_t(place - words.begin());
    }
    std::string list;
    for (std::string_view each : words) list.append(list.empty() ? "" : ", ").append(each);
    faults.add(value, "extension", label(value) + " must be one of " + list + ", not " + shown(value),
               label(value) + " 必须是以下之一：" + list + "；现为 " + shown(value));
    return std::nullopt;
}

void Interpretation::lacks(JsonValue const& object, std::string_view member, std::string_view example) {
    missing(faults, object, "extension", "ingot:" + std::string(member), example);
}

std::string Interpretation::folded_word(std::string_view text, WordList list) const {
    if (text.find(':') == std::string_view::npos) return std::string(text);
    std::string full = names.expand_value(text).value_or(std::string(text));
    return std::string(bare_word(list, full));
}

}  // namespace ingot::tracechain
