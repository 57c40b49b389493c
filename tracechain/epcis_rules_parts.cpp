// Sub-objects of events: rules U2 to U7 of spec/epcis-rest.md 2.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/encoding.hpp"
#include "tracechain/epcis_format.hpp"
#include "tracechain/epcis_rules.hpp"

namespace ingot::tracechain {
namespace {

constexpr std::array<std::string_view, 5> kMetadataUris = {"deviceID", "deviceMetadata", "rawData",
                                                           "dataProcessingMethod", "bizRules"};
constexpr std::array<std::string_view, 4> kReportUris = {"microorganism", "chemicalSubstance",
                                                         "coordinateReferenceSystem", "uriValue"};
constexpr std::array<std::string_view, 7> kReportNumbers = {"value", "minValue", "maxValue", "meanValue",
                                                            "sDev",  "percRank", "percValue"};

template <class Names>
bool is_one_of(Names const& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

void nothing_else(JsonValue const& object, JsonValue const& member, std::string_view rule, std::string_view allowed,
                  FaultList& faults) {
    std::string list(allowed);
    faults.add(object, rule, "\"" + excerpt(member.name) + "\" is not allowed here; only " + list,
               "此处不允许 \"" + excerpt(member.name) + "\"；只能有 " + list);
}

// The text is a JSON number; -0 and -0.0e5 are zero.
bool is_below_zero(std::string_view number) {
    std::string_view mantissa = number.substr(0, number.find_first_of("eE"));
    return mantissa.starts_with('-') && mantissa.find_first_of("123456789") != std::string_view::npos;
}

void check_quantity(JsonValue const& entry, FaultList& faults) {
    if (!require_object(faults, entry, "U3")) return;
    bool has_class = false;
    for (JsonValue const& member : entry) {
        if (member.name == "epcClass") {
            has_class = true;
            require_uri(faults, member, "U3");
        } else if (member.name == "quantity") {
            if (member.is_number() && !is_below_zero(member.text)) continue;
            faults.add(member, "U3",
                       "quantity must be a JSON number, zero or more, such as 1206.5, not " + shown(member),
                       "quantity 必须是不小于零的 JSON 数字，例如 1206.5；现为 " + shown(member));
        } else if (member.name == "uom") {
            if (member.is_string() && is_uom(member.text)) continue;
            faults.add(member, "U3", "uom must be two or three of A-Z 0-9 such as \"KGM\", not " + shown(member),
                       "uom 必须是两到三位大写字母或数字，例如 \"KGM\"；现为 " + shown(member));
        } else {
            nothing_else(entry, member, "U3", "epcClass, quantity, uom", faults);
        }
    }
    if (!has_class) missing(faults, entry, "U3", "epcClass", "\"https://id.gs1.org/01/09527002000100/10/KT2611-07\"");
}

void check_metadata(JsonValue const& metadata, FaultList& faults) {
    if (!require_object(faults, metadata, "U6")) return;
    for (JsonValue const& member : metadata) {
        if (member.name == "time" || member.name == "startTime" || member.name == "endTime")
            require_date_time(faults, member, "U6");
        else if (is_one_of(kMetadataUris, member.name))
            require_uri(faults, member, "U6");
        else
            check_other_name(metadata, member, "U6", faults);
    }
}

void check_measurement(JsonValue const& value, WordList list, FaultList& faults) {
    if (value.is_string() && (is_word(list, value.text) || is_measurement_uri(value.text))) return;
    std::string name(word_list_name(list)), name_zh(word_list_name_zh(list)), example(example_word(list));
    faults.add(value, "U7",
               label(value) + " must be a " + name + " such as \"" + example +
                   "\" or a URI outside the GS1 vocabulary, not " + shown(value),
               label(value) + " 必须是" + name_zh + "（例如 \"" + example + "\"）或其他 URI，现为 " + shown(value));
}

bool is_hex_binary(JsonValue const& value) {
    if (!value.is_string() || value.text.empty()) return false;
    return value.text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

void must_be(JsonValue const& value, bool right, std::string_view what, std::string_view what_zh, FaultList& faults) {
    if (right) return;
    faults.add(value, "U7", label(value) + " must be " + std::string(what) + ", not " + shown(value),
               label(value) + " 必须是" + std::string(what_zh) + "，现为 " + shown(value));
}

void check_report(JsonValue const& report, FaultList& faults) {
    if (!require_object(faults, report, "U7")) return;
    bool has_type = false;
    for (JsonValue const& member : report) {
        std::string_view name = member.name;
        if (name == "type") {
            has_type = true;
            check_measurement(member, WordList::Measurement, faults);
        } else if (name == "exception") {
            check_measurement(member, WordList::Exception, faults);
        } else if (name == "time") {
            require_date_time(faults, member, "U7");
        } else if (is_one_of(kReportNumbers, name)) {
            must_be(member, member.is_number(), "a JSON number", " JSON 数字", faults);
        } else if (is_one_of(kMetadataUris, name) || is_one_of(kReportUris, name)) {
            require_uri(faults, member, "U7");
        } else if (name == "component") {
            check_word(member, WordList::Component, "U7", faults);
        } else if (name == "stringValue" || name == "uom") {
            require_string(faults, member, "U7");
        } else if (name == "booleanValue") {
            must_be(member, member.is_boolean(), "true or false", " true 或 false", faults);
        } else if (name == "hexBinaryValue") {
            must_be(member, is_hex_binary(member), "hexadecimal digits such as \"f0f0\"", "十六进制数字", faults);
        } else {
            check_other_name(report, member, "U7", faults);
        }
    }
    if (!has_type) missing(faults, report, "U7", "type", "\"Temperature\"");
}

void check_sensor_element(JsonValue const& element, FaultList& faults) {
    if (!require_object(faults, element, "U6")) return;
    bool has_reports = false;
    for (JsonValue const& member : element) {
        if (member.name == "sensorMetadata") {
            check_metadata(member, faults);
        } else if (member.name == "sensorReport") {
            has_reports = true;
            if (!require_array(faults, member, "U6")) continue;
            if (member.count == 0)
                faults.add(member, "U6", "sensorReport must hold at least one report", "sensorReport 至少要有一项");
            for (JsonValue const& report : member) {
                if (faults.full()) return;
                check_report(report, faults);
            }
        } else {
            check_other_name(element, member, "U6", faults);
        }
    }
    if (!has_reports) missing(faults, element, "U6", "sensorReport", "[{\"type\": \"Temperature\", \"value\": 26}]");
}

void check_disposition_set(JsonValue const& list, FaultList& faults) {
    if (!require_array(faults, list, "U5")) return;
    std::vector<std::string_view> seen;
    for (JsonValue const& item : list) {
        check_word(item, WordList::Disposition, "U2", faults);
        seen.push_back(item.text);
    }
    std::sort(seen.begin(), seen.end());
    bool distinct = std::adjacent_find(seen.begin(), seen.end()) == seen.end();
    if (list.count > 0 && distinct) return;
    faults.add(list, "U5", label(list) + " must hold one or more different dispositions",
               label(list) + " 必须有一个以上且互不相同的状态");
}

}  // namespace

void check_word(JsonValue const& value, WordList list, std::string_view rule, FaultList& faults) {
    if (value.is_string() && (is_word(list, value.text) || is_other_word_uri(value.text))) return;
    std::string name(word_list_name(list)), name_zh(word_list_name_zh(list)), example(example_word(list));
    faults.add(value, rule,
               label(value) + " must be a " + name + " such as \"" + example +
                   "\", or a URI of another vocabulary (not the old CBV URNs), not " + shown(value),
               label(value) + " 必须是" + name_zh + "（例如 \"" + example +
                   "\"）或其他词表的 URI（不能用旧的 CBV URN），现为 " + shown(value));
}

void check_other_name(JsonValue const& object, JsonValue const& member, std::string_view rule, FaultList& faults) {
    if (is_uri(member.name)) return;
    std::string name = excerpt(member.name);
    faults.add(
        object, rule,
        "\"" + name + "\" is not a member EPCIS defines here; an extension needs a prefix, e.g. \"ex:" + name +
            "\" with \"ex\" bound in @context",
        "此处没有名为 \"" + name + "\" 的 EPCIS 成员；扩展须带前缀，例如 \"ex:" + name + "\"，并在 @context 中绑定");
}

void check_quantities(JsonValue const& list, FaultList& faults) {
    for (JsonValue const& entry : list) {
        if (faults.full()) return;
        check_quantity(entry, faults);
    }
}

void check_typed_list(JsonValue const& list, std::string_view member_name, WordList types, bool type_required,
                      FaultList& faults) {
    if (!require_array(faults, list, "E7")) return;
    std::string allowed = "type, " + std::string(member_name);
    for (JsonValue const& entry : list) {
        if (faults.full()) return;
        if (!require_object(faults, entry, "U4")) continue;
        bool has_type = false, has_value = false;
        for (JsonValue const& member : entry) {
            if (member.name == "type") {
                has_type = true;
                check_word(member, types, "U2", faults);
            } else if (member.name == member_name) {
                has_value = true;
                require_uri(faults, member, "U4");
            } else {
                nothing_else(entry, member, "U4", allowed, faults);
            }
        }
        if (!has_value) missing(faults, entry, "U4", member_name, "\"urn:epc:id:pgln:9527001.00000\"");
        if (type_required && !has_type) missing(faults, entry, "U4", "type", "\"owning_party\"");
    }
}

void check_place(JsonValue const& place, FaultList& faults) {
    if (!require_object(faults, place, "U5")) return;
    bool has_id = false;
    for (JsonValue const& member : place) {
        if (member.name == "id") {
            has_id = true;
            require_uri(faults, member, "U5");
        } else {
            check_other_name(place, member, "U5", faults);
        }
    }
    if (!has_id) missing(faults, place, "U5", "id", "\"urn:epc:id:sgln:9527001.00001.0\"");
}

void check_persistent_disposition(JsonValue const& value, FaultList& faults) {
    if (!require_object(faults, value, "U5")) return;
    bool any = false;
    for (JsonValue const& member : value) {
        if (member.name != "set" && member.name != "unset") {
            nothing_else(value, member, "U5", "set, unset", faults);
            continue;
        }
        any = true;
        check_disposition_set(member, faults);
    }
    if (!any) missing(faults, value, "U5", "set", "[\"recalled\"]");
}

void check_sensor_elements(JsonValue const& list, FaultList& faults) {
    if (!require_array(faults, list, "E7")) return;
    for (JsonValue const& element : list) {
        if (faults.full()) return;
        check_sensor_element(element, faults);
    }
}

}  // namespace ingot::tracechain
