#include "tracechain/epcis_names.hpp"

#include <array>

namespace ingot::tracechain {
namespace {

struct BuiltIn {
    std::string_view prefix, space;
};

constexpr std::array kBuiltIn = {
    BuiltIn{"epcis", "https://ref.gs1.org/epcis/"},
    BuiltIn{"cbv", "https://ref.gs1.org/cbv/"},
    BuiltIn{"cbvmda", "urn:epcglobal:cbv:mda:"},
    BuiltIn{"gs1", "https://gs1.org/voc/"},
    BuiltIn{"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
    BuiltIn{"owl", "http://www.w3.org/2002/07/owl#"},
    BuiltIn{"xsd", "http://www.w3.org/2001/XMLSchema#"},
    BuiltIn{"dcterms", "http://purl.org/dc/terms/"},
};

}  // namespace

void Names::add_context(JsonValue const& context) {
    auto add_object = [this](JsonValue const& object) {
        for (JsonValue const& member : object) {
            if (member.name.starts_with('@')) continue;
            JsonValue const* id = member.is_object() ? member.find("@id") : &member;
            if (id != nullptr && id->is_string() && !id->text.empty()) bind(member.name, id->text);
        }
    };
    if (context.is_object()) add_object(context);
    if (!context.is_array()) return;
    for (JsonValue const& part : context)
        if (part.is_object()) add_object(part);
}

std::optional<std::string_view> Names::space_of(std::string_view prefix) const {
    for (size_t i = bindings_.size(); i-- > 0;)
        if (bindings_[i].prefix == prefix) return bindings_[i].space;
    for (BuiltIn const& built_in : kBuiltIn)
        if (built_in.prefix == prefix) return built_in.space;
    return std::nullopt;
}

ExpandedName Names::expand(std::string_view name) const {
    size_t colon = name.find(':');
    if (colon == std::string_view::npos) return {{}, name};
    if (auto space = space_of(name.substr(0, colon))) return {*space, name.substr(colon + 1)};
    size_t cut = name.find_last_of("/#");
    if (cut != std::string_view::npos) return {name.substr(0, cut + 1), name.substr(cut + 1)};
    cut = name.rfind(':');
    return {name.substr(0, cut + 1), name.substr(cut + 1), cut != colon};
}

std::optional<std::string> Names::expand_value(std::string_view value) const {
    size_t colon = value.find(':');
    if (colon == std::string_view::npos || value.substr(colon + 1).starts_with("//")) return std::nullopt;
    auto space = space_of(value.substr(0, colon));
    if (!space) return std::nullopt;
    return std::string(*space).append(value.substr(colon + 1));
}

}  // namespace ingot::tracechain
