#include "tracechain/query_json.hpp"

#include <cmath>
#include <cstdio>

#include "base/clock.hpp"

namespace ingot::tracechain {

using storage::BasisKind;

std::string share_text(double value) {
    if (value == 0 || !std::isfinite(value)) return "0";  // -0 too
    char out[40];
    std::snprintf(out, sizeof out, "%.12g", value);
    return out;
}

std::string kg_text(int64_t mg) {
    uint64_t whole = mg < 0 ? 0 - static_cast<uint64_t>(mg) : static_cast<uint64_t>(mg);
    std::string out = (mg < 0 ? "-" : "") + std::to_string(whole / 1'000'000);
    if (whole % 1'000'000 == 0) return out;
    char decimals[8];
    std::snprintf(decimals, sizeof decimals, "%06u", static_cast<unsigned>(whole % 1'000'000));
    std::string tail = decimals;
    tail.erase(tail.find_last_not_of('0') + 1);
    return out + "." + tail;
}

bool is_mass(storage::Basis const& basis) {
    return basis.kind == BasisKind::gross_mass || basis.kind == BasisKind::dry_mass || basis.kind == BasisKind::element;
}

std::string_view uom_of(storage::Basis const& basis) {
    switch (basis.kind) {
        case BasisKind::count:
            return "C62";
        case BasisKind::volume:
            return "MLT";
        case BasisKind::length:
            return "MMT";
        case BasisKind::area:
            return "MMK";
        default:
            return is_mass(basis) ? "KGM" : "";
    }
}

int64_t part_of(double share, int64_t quantity) {
    return static_cast<int64_t>(std::nearbyint(share * static_cast<double>(quantity)));
}

void JsonText::before() {
    if (comma_) out_ += ',';
    comma_ = true;
}

JsonText& JsonText::object() {
    before();
    out_ += '{';
    comma_ = false;
    if (row_.empty()) return *this;
    std::string_view word = std::exchange(row_, {});
    return name("row").text(word);
}

JsonText& JsonText::end_object() {
    out_ += '}';
    comma_ = true;
    return *this;
}

JsonText& JsonText::array() {
    before();
    out_ += '[';
    comma_ = false;
    return *this;
}

JsonText& JsonText::end_array() {
    out_ += ']';
    comma_ = true;
    return *this;
}

JsonText& JsonText::name(std::string_view member) {
    text(member);
    out_ += ':';
    comma_ = false;
    return *this;
}

JsonText& JsonText::members(std::string_view object) {
    if (object.size() <= 2) return *this;
    before();
    out_ += object.substr(1, object.size() - 2);
    return *this;
}

JsonText& JsonText::text(std::string_view value) {
    before();
    out_ += '"';
    for (char c : value) {
        auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out_ += '\\';
            out_ += c;
        } else if (byte < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", byte);
            out_ += escape;
        } else {
            out_ += c;
        }
    }
    out_ += '"';
    return *this;
}

JsonText& JsonText::number(double value) {
    before();
    out_ += share_text(value);
    return *this;
}

JsonText& JsonText::integer(int64_t value) {
    before();
    out_ += std::to_string(value);
    return *this;
}

JsonText& JsonText::count(uint64_t value) {
    before();
    out_ += std::to_string(value);
    return *this;
}

JsonText& JsonText::boolean(bool value) {
    before();
    out_ += value ? "true" : "false";
    return *this;
}

JsonText& JsonText::null() {
    before();
    out_ += "null";
    return *this;
}

JsonText& JsonText::kg(int64_t mg) {
    before();
    out_ += kg_text(mg);
    return *this;
}

JsonText& JsonText::time(int64_t micros, int digits) { return text(format_time(from_micros(micros), digits)); }

JsonText& JsonText::fixed(double value, int decimals) {
    before();
    char out[40];
    std::snprintf(out, sizeof out, "%.*f", decimals, value);
    out_ += out;
    return *this;
}

JsonText& JsonText::amount(std::string_view word, storage::Basis const& basis, int64_t base_units) {
    if (is_mass(basis)) return name(std::string(word) + "_kg").kg(base_units);
    bool quantity = word == "mass" || word == "quantity";
    name(quantity ? "quantity" : word).integer(base_units);
    if (quantity && !uom_of(basis).empty()) name("uom").text(uom_of(basis));
    return *this;
}

}  // namespace ingot::tracechain
