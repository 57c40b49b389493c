#include "tracechain/epcis_words.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace ingot::tracechain {
namespace {

// Each list is sorted by bytes.
constexpr std::array<std::string_view, 41> kBizSteps = {"accepting",
                                                        "arriving",
                                                        "assembling",
                                                        "collecting",
                                                        "commissioning",
                                                        "consigning",
                                                        "creating_class_instance",
                                                        "cycle_counting",
                                                        "decommissioning",
                                                        "departing",
                                                        "destroying",
                                                        "disassembling",
                                                        "dispensing",
                                                        "encoding",
                                                        "entering_exiting",
                                                        "holding",
                                                        "inspecting",
                                                        "installing",
                                                        "killing",
                                                        "loading",
                                                        "other",
                                                        "packing",
                                                        "picking",
                                                        "receiving",
                                                        "removing",
                                                        "repackaging",
                                                        "repairing",
                                                        "replacing",
                                                        "reserving",
                                                        "retail_selling",
                                                        "sampling",
                                                        "sensor_reporting",
                                                        "shipping",
                                                        "staging_outbound",
                                                        "stock_taking",
                                                        "stocking",
                                                        "storing",
                                                        "transporting",
                                                        "unloading",
                                                        "unpacking",
                                                        "void_shipping"};
constexpr std::array<std::string_view, 33> kDispositions = {"active",
                                                            "available",
                                                            "completeness_inferred",
                                                            "completeness_verified",
                                                            "conformant",
                                                            "container_closed",
                                                            "container_open",
                                                            "damaged",
                                                            "destroyed",
                                                            "dispensed",
                                                            "disposed",
                                                            "encoded",
                                                            "expired",
                                                            "in_progress",
                                                            "in_transit",
                                                            "inactive",
                                                            "mismatch_class",
                                                            "mismatch_instance",
                                                            "mismatch_quantity",
                                                            "needs_replacement",
                                                            "no_pedigree_match",
                                                            "non_conformant",
                                                            "non_sellable_other",
                                                            "partially_dispensed",
                                                            "recalled",
                                                            "reserved",
                                                            "retail_sold",
                                                            "returned",
                                                            "sellable_accessible",
                                                            "sellable_not_accessible",
                                                            "stolen",
                                                            "unavailable",
                                                            "unknown"};
constexpr std::array<std::string_view, 13> kBizTransactions = {"bol",     "cert",    "desadv",    "inv",    "pedigree",
                                                               "po",      "poc",     "prodorder", "recadv", "rma",
                                                               "testprd", "testres", "upevt"};
constexpr std::array<std::string_view, 3> kParties = {"location", "owning_party", "possessing_party"};
constexpr std::array<std::string_view, 2> kReasons = {"did_not_occur", "incorrect_data"};
constexpr std::array<std::string_view, 14> kComponents = {"altitude",
                                                          "axial_distance",
                                                          "azimuth",
                                                          "easting",
                                                          "elevation_angle",
                                                          "height",
                                                          "latitude",
                                                          "longitude",
                                                          "northing",
                                                          "polar_angle",
                                                          "spherical_radius",
                                                          "x",
                                                          "y",
                                                          "z"};
constexpr std::array<std::string_view, 72> kMeasurements = {"AbsoluteHumidity",
                                                            "AbsorbedDose",
                                                            "AbsorbedDoseRate",
                                                            "Acceleration",
                                                            "Altitude",
                                                            "AmountOfSubstance",
                                                            "AmountOfSubstancePerUnitVolume",
                                                            "Angle",
                                                            "AngularAcceleration",
                                                            "AngularMomentum",
                                                            "AngularVelocity",
                                                            "Area",
                                                            "Capacitance",
                                                            "Conductance",
                                                            "Conductivity",
                                                            "Count",
                                                            "Density",
                                                            "Dimensionless",
                                                            "DoseEquivalent",
                                                            "DoseEquivalentRate",
                                                            "DynamicViscosity",
                                                            "ElectricCharge",
                                                            "ElectricCurrent",
                                                            "ElectricCurrentDensity",
                                                            "ElectricFieldStrength",
                                                            "Energy",
                                                            "Exposure",
                                                            "Force",
                                                            "Frequency",
                                                            "Illuminance",
                                                            "Inductance",
                                                            "Irradiance",
                                                            "KinematicViscosity",
                                                            "Length",
                                                            "LinearMomentum",
                                                            "Luminance",
                                                            "LuminousFlux",
                                                            "LuminousIntensity",
                                                            "MagneticFlux",
                                                            "MagneticFluxDensity",
                                                            "MagneticVectorPotential",
                                                            "Mass",
                                                            "MassConcentration",
                                                            "MassFlowRate",
                                                            "MassPerAreaTime",
                                                            "MemoryCapacity",
                                                            "MolalityOfSolute",
                                                            "MolarEnergy",
                                                            "MolarMass",
                                                            "MolarVolume",
                                                            "Power",
                                                            "Pressure",
                                                            "RadiantFlux",
                                                            "RadiantIntensity",
                                                            "Radioactivity",
                                                            "RelativeHumidity",
                                                            "Resistance",
                                                            "Resistivity",
                                                            "SolidAngle",
                                                            "SpecificVolume",
                                                            "Speed",
                                                            "SurfaceDensity",
                                                            "SurfaceTension",
                                                            "Temperature",
                                                            "Time",
                                                            "Torque",
                                                            "Voltage",
                                                            "Volume",
                                                            "VolumeFlowRate",
                                                            "VolumeFraction",
                                                            "VolumetricFlux",
                                                            "Wavenumber"};
constexpr std::array<std::string_view, 2> kExceptions = {"ALARM_CONDITION", "ERROR_CONDITION"};

struct ListRow {
    std::span<std::string_view const> words;
    std::string_view meaning;  // namespace of the full form
    std::string_view urn;      // old URN form
    std::string_view name, name_zh, example;
};

// In the order of WordList.
constexpr std::array kLists = {
    ListRow{{}, "", "", "word", "词", ""},
    ListRow{kBizSteps, "https://ref.gs1.org/cbv/BizStep-", "urn:epcglobal:cbv:bizstep:", "CBV business step",
            "CBV 业务步骤", "inspecting"},
    ListRow{kDispositions, "https://ref.gs1.org/cbv/Disp-", "urn:epcglobal:cbv:disp:", "CBV disposition", "CBV 状态",
            "in_progress"},
    ListRow{kBizTransactions, "https://ref.gs1.org/cbv/BTT-", "urn:epcglobal:cbv:btt:", "CBV business transaction type",
            "CBV 业务单据类型", "po"},
    ListRow{kParties, "https://ref.gs1.org/cbv/SDT-", "urn:epcglobal:cbv:sdt:", "CBV source or destination type",
            "CBV 来源/去向类型", "owning_party"},
    ListRow{kReasons, "https://ref.gs1.org/cbv/ER-", "urn:epcglobal:cbv:er:", "CBV error reason", "CBV 更正原因",
            "incorrect_data"},
    ListRow{kComponents, "https://ref.gs1.org/cbv/Comp-", "urn:epcglobal:cbv:comp:", "CBV component", "CBV 分量",
            "height"},
    ListRow{kMeasurements, "https://ref.gs1.org/voc/", "", "GS1 measurement type", "GS1 测量类型", "Temperature"},
    ListRow{kExceptions, "https://ref.gs1.org/voc/", "", "GS1 sensor alert type", "GS1 传感器告警类型",
            "ALARM_CONDITION"},
};

ListRow const& row_of(WordList list) { return kLists[size_t(list)]; }

}  // namespace

bool is_word(WordList list, std::string_view word) {
    auto words = row_of(list).words;
    return std::binary_search(words.begin(), words.end(), word);
}

std::string_view word_namespace(WordList list) { return row_of(list).meaning; }

std::string_view bare_word(WordList list, std::string_view full) {
    constexpr std::string_view kOldVocabulary = "https://gs1.org/voc/";  // what gs1: stands for
    std::string_view meaning = word_namespace(list);
    if (list == WordList::Measurement && full.starts_with(kOldVocabulary)) meaning = kOldVocabulary;
    if (meaning.empty() || !full.starts_with(meaning)) return full;
    std::string_view word = full.substr(meaning.size());
    return is_word(list, word) ? word : full;
}

WordList word_list_of_urn(std::string_view text, std::string_view& rest) {
    if (!text.starts_with("urn:epcglobal:cbv:")) return WordList::None;
    for (size_t i = 1; i < kLists.size(); ++i) {
        if (kLists[i].urn.empty() || !text.starts_with(kLists[i].urn)) continue;
        rest = text.substr(kLists[i].urn.size());
        return WordList(i);
    }
    return WordList::None;
}

std::string_view word_list_name(WordList list) { return row_of(list).name; }
std::string_view word_list_name_zh(WordList list) { return row_of(list).name_zh; }
std::string_view example_word(WordList list) { return row_of(list).example; }

}  // namespace ingot::tracechain
