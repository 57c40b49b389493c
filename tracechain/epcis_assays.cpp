// What an event says about lots beside amounts: ilmd at commission and assays in sensor reports
// (spec/trace-semantics.md 1.3, 2.3). Assay values are in 10^-12 of dry mass; moisture of gross mass.
#include <algorithm>

#include "tracechain/epcis_interpretation.hpp"

namespace ingot::tracechain {
namespace {

constexpr std::array<std::string_view, 6> kIlmdMembers = {"material",        "origin",     "assays",
                                                          "moisturePercent", "attributes", "certificates"};
constexpr std::array<std::string_view, 5> kReportMembers = {"element", "property", "status", "method", "sample"};
constexpr std::string_view kMoisture = "moisture";

struct Substance {
    std::string_view inchikey, element;
};
constexpr std::array kSubstances = {
    Substance{"WABPQHHGFIMREM-UHFFFAOYSA-N", "Pb"}, Substance{"HCHKCACWOHOZIP-UHFFFAOYSA-N", "Zn"},
    Substance{"RYGMFSIKBFXOCR-UHFFFAOYSA-N", "Cu"}, Substance{"XAGFODPZIPBFFR-UHFFFAOYSA-N", "Al"},
    Substance{"ATJFFYVFTNAWJD-UHFFFAOYSA-N", "Sn"}, Substance{"PXHVJJICTQNCMI-UHFFFAOYSA-N", "Ni"},
    Substance{"BQCADISMDOOEFD-UHFFFAOYSA-N", "Ag"}, Substance{"PCHJSUWPFVWCPO-UHFFFAOYSA-N", "Au"},
    Substance{"WATWJIUSRGPENY-UHFFFAOYSA-N", "Sb"}, Substance{"RQNWIZPPADIBDY-UHFFFAOYSA-N", "As"},
    Substance{"JCXGWMGPZLAOME-UHFFFAOYSA-N", "Bi"}, Substance{"BDOSMKKIYDKNTQ-UHFFFAOYSA-N", "Cd"},
    Substance{"QSHDDOUJBYECFT-UHFFFAOYSA-N", "Hg"}, Substance{"XEEYBQQBJWHFJM-UHFFFAOYSA-N", "Fe"},
    Substance{"FYYHWMGAXLPEAU-UHFFFAOYSA-N", "Mg"}, Substance{"PWHULOQIROXLJO-UHFFFAOYSA-N", "Mn"},
    Substance{"VYZAMTAEIAYCRO-UHFFFAOYSA-N", "Cr"}, Substance{"GUTLYIVDDKVIGB-UHFFFAOYSA-N", "Co"},
    Substance{"RTAQQCXQSZGOHL-UHFFFAOYSA-N", "Ti"}, Substance{"APFVFJFRJDLVQX-UHFFFAOYSA-N", "In"},
};

// https://identifiers.org/inchikey/X or .../inchikey:X
std::string_view element_of_substance(std::string_view uri) {
    size_t at = uri.find("/inchikey");
    constexpr size_t kLength = 9;
    if (at == std::string_view::npos || uri.size() <= at + kLength) return {};
    if (uri[at + kLength] != '/' && uri[at + kLength] != ':') return {};
    std::string_view key = uri.substr(at + kLength + 1);
    for (Substance const& row : kSubstances)
        if (row.inchikey == key) return row.element;
    return {};
}

bool is_right_element(Interpretation& in, JsonValue const& value) {
    if (value.is_string() && is_element_name(value.text)) return true;
    in.faults.add(value, "extension",
                  label(value) + " must be a chemical symbol or formula such as Pb or SiO2, not " + shown(value),
                  label(value) + " 必须是化学符号或化学式，例如 Pb、SiO2；现为 " + shown(value));
    return false;
}

// Without a status a result counts as provisional, the weakest, so that any later report wins.
uint8_t read_status(Interpretation& in, JsonValue const* status) {
    if (status == nullptr) return 1;
    return uint8_t(in.word(*status, kAssayStatuses).value_or(0) + 1);
}

void add_assay(Interpretation& in, std::string_view element, JsonValue const& value, DecimalFactor factor,
               uint8_t status) {
    auto part = in.amount(value, factor);
    if (!part) return;
    if (*part > kWholeMass) {
        in.faults.add(value, Code::AmountRange, label(value) + " is more than the whole mass (100 percent)",
                      label(value) + " 超过全部质量（100 %）");
        return;
    }
    Assay assay;
    assay.element = std::string(element);
    assay.value = *part;
    assay.status = status;
    assay.time_us = in.event.time_us;
    in.event.assays.push_back(std::move(assay));
}

void read_origin(Interpretation& in, JsonValue const& value) {
    constexpr std::array<std::string_view, 4> kMembers = {"originType", "supplier", "country", "mine"};
    constexpr std::array<std::string_view, 5> kTypes = {"mine", "import", "scrap_post_consumer", "scrap_pre_consumer",
                                                        "opening_stock"};
    if (!in.is_object(value)) return;
    auto [type, supplier, country, mine] = in.members(value, kMembers);
    storage::Origin& origin = in.event.origin;
    if (type != nullptr && in.word(*type, kTypes)) origin.type = std::string(type->text);
    if (supplier != nullptr) origin.supplier = in.text(*supplier).value_or("");
    if (country != nullptr) origin.country = in.text(*country).value_or("");
    if (mine != nullptr) origin.mine = in.text(*mine).value_or("");
    in.event.origin_stated = true;
}

void read_ilmd_assay(Interpretation& in, JsonValue const& item) {
    constexpr std::array<std::string_view, 3> kMembers = {"element", "percent", "status"};
    if (!in.is_object(item)) return;
    auto [element, percent, status] = in.members(item, kMembers);
    if (element == nullptr) return in.lacks(item, "element", "\"Pb\"");
    if (percent == nullptr) return in.lacks(item, "percent", "58.0");
    if (is_right_element(in, *element)) add_assay(in, element->text, *percent, kPercent, read_status(in, status));
}

bool is_assay_type(Interpretation& in, std::string_view type, bool names_element) {
    ExpandedName name = in.names.expand(type);
    if (name.is_ingot() && name.local == "MassFraction") return true;
    std::string word = in.folded_word(type, WordList::Measurement);
    return names_element && (word == "Dimensionless" || word == "MassConcentration");
}

// One sensor report that gives a mass fraction; others are left alone.
void read_report(Interpretation& in, JsonValue const& report) {
    auto [element, property, status, method, sample] = in.members(report, kReportMembers, false);
    JsonValue const* type = report.find("type");
    JsonValue const* value = report.find("value");
    JsonValue const* uom = report.find("uom");
    JsonValue const* substance = report.find("chemicalSubstance");
    bool is_moisture = property != nullptr && property->is_string() && property->text == kMoisture;
    if (status != nullptr) in.word(*status, kAssayStatuses);
    if (element != nullptr && !is_right_element(in, *element)) return;
    std::string_view name = is_moisture            ? kMoisture
                            : element != nullptr   ? element->text
                            : substance != nullptr ? element_of_substance(substance->text)
                                                   : std::string_view{};
    if (type == nullptr || !is_assay_type(in, type->text, !name.empty())) return;
    auto factor = uom == nullptr ? std::nullopt : find_assay_unit(uom->text);
    if (name.empty() || value == nullptr || !factor) {
        in.warn("assay-unreadable", report);
        return;
    }
    add_assay(in, name, *value, *factor, read_status(in, status));
}

}  // namespace

void read_ilmd(Interpretation& in) {
    JsonValue const* ilmd = in.fields[Field::ilmd];
    if (ilmd == nullptr || in.event.type == EventType::Extension) return;
    in.event.ilmd = std::string(ilmd->bytes);
    auto [material, origin, assays, moisture, attributes, certificates] = in.members(*ilmd, kIlmdMembers, false);
    if (material != nullptr) in.event.material = in.text(*material).value_or("");
    if (attributes != nullptr) in.is_array(*attributes);
    if (certificates != nullptr) in.is_array(*certificates);
    if (origin != nullptr) read_origin(in, *origin);
    bool commission = in.event.type == EventType::Object && in.event.action == Action::Add;
    if (!commission) return;
    if (assays != nullptr && in.is_array(*assays))
        for (JsonValue const& item : *assays) read_ilmd_assay(in, item);
    if (moisture != nullptr) add_assay(in, kMoisture, *moisture, kPercent, 1);
}

void read_sensor_assays(Interpretation& in) {
    if (in.event.type != EventType::Object || in.fields.items(Field::sensor_element_list) == 0) return;
    for (JsonValue const& element : *in.fields[Field::sensor_element_list]) {
        JsonValue const* reports = element.find("sensorReport");
        if (reports == nullptr) continue;
        for (JsonValue const& report : *reports) {
            if (in.faults.full()) return;
            read_report(in, report);
        }
    }
}

}  // namespace ingot::tracechain
