// Printing of GS1 keys (spec/gs1-resolver.md 2.4 and 4).
#include "base/encoding.hpp"
#include "ident/gs1.hpp"
#include "ident/gs1_ai_table.hpp"

namespace ingot::ident {
namespace {

constexpr char kGs = '\x1D';

void append_segment(std::string& out, AiValue const& item) {
    out += '/';
    out += item.ai;
    out += '/';
    out += percent_encode(item.value);
}

std::vector<AiValue> all_of(DigitalLink const& link) {
    std::vector<AiValue> out{link.key};
    out.insert(out.end(), link.qualifiers.begin(), link.qualifiers.end());
    out.insert(out.end(), link.attributes.begin(), link.attributes.end());
    return out;
}

bool is_predefined(AiValue const& item) {
    AiRow const* row = find_ai(item.ai);
    return row && row->predefined;
}

}  // namespace

std::string DigitalLink::path() const {
    std::string out;
    append_segment(out, key);
    for (auto const& qualifier : qualifiers) append_segment(out, qualifier);
    return out;
}

std::string DigitalLink::canonical() const {
    std::string out = "https://id.gs1.org" + path();
    char before = '?';
    for (auto const& attribute : attributes) {
        AiRow const* row = find_ai(attribute.ai);
        if (!row || !row->attribute) continue;  // from an element string: no place in a Digital Link
        out += before;
        out += attribute.ai + '=' + percent_encode(attribute.value);
        before = '&';
    }
    return out;
}

std::string DigitalLink::element_string() const {
    std::string out, rest;
    for (auto const& item : all_of(*this)) {
        if (is_predefined(item)) {
            out += item.ai + item.value;
        } else {
            if (!rest.empty()) rest += kGs;
            rest += item.ai + item.value;
        }
    }
    return out + rest;
}

}  // namespace ingot::ident
