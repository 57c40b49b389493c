#include "ident/scan.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "ident/digits.hpp"
#include "ident/event_id.hpp"
#include "ident/scan_url.hpp"
#include "ident/suffix_rules.hpp"

namespace ingot::ident {
namespace {

constexpr char kGs = '\x1D', kRs = '\x1E', kEot = '\x04';
constexpr std::string_view kBlank = " \t\r\n\v\f";

bool begins(std::string_view text, std::string_view start) {
    return equal_ignoring_ascii_case(text.substr(0, start.size()), start);
}

Scan plain(ScanKind kind, std::string_view text) {
    Scan scan;
    scan.kind = kind;
    scan.canonical = std::string(text);
    scan.display = scan.canonical;
    return scan;
}

Scan of_gs1(DigitalLink link) {
    Scan scan = plain(ScanKind::Gs1, link.path());
    scan.gs1 = std::move(link);
    return scan;
}

Scan of_identifier(Identifier identifier) {
    Scan scan =
        plain(identifier.is_prefix_record() ? ScanKind::PrefixRecord : ScanKind::Identifier, identifier.canonical());
    scan.display = identifier.display();
    scan.identifier = std::move(identifier);
    return scan;
}

Result<Scan> of_result(Result<DigitalLink> link) {
    if (!link) return fail(link.error());
    return of_gs1(*std::move(link));
}

// Plain numbers of one symbology: EAN-13, EAN-8, ITF-14.
Result<Scan> read_gtin(std::string_view digits, size_t count) {
    if (digits.size() != count || !all_digits(digits)) {
        Error error{Code::DlLength, "this symbology carries exactly " + std::to_string(count) + " digits",
                    "该条码应为 " + std::to_string(count) + " 位数字"};
        return fail(error.with("position", int64_t(0)).with("length", int64_t(digits.size())).with("ai", "01"));
    }
    auto link = parse_element_string("01" + std::string(14 - count, '0') + std::string(digits));
    if (link) return of_gs1(*std::move(link));
    Error error = link.error();
    for (auto& extra : error.extras) {  // count in the digits given, not in the padded number
        if (extra.name == "position") extra.value = int64_t(0);
        if (extra.name == "length") extra.value = int64_t(digits.size());
    }
    return fail(std::move(error));
}

// Step 3: schemes that name themselves. Nothing: none of them.
std::optional<Result<Scan>> read_did(std::string_view text) {
    if (!begins(text, "did:")) return std::nullopt;
    size_t method_end = text.find(':', 4);
    if (method_end == std::string_view::npos || method_end == 4 || method_end + 1 == text.size())
        return fail(Code::InvalidIdentifier, "a DID is did:method:id", "DID 应为 did:方法:标识");
    Scan scan = plain(ScanKind::Did, to_lower_ascii(text.substr(0, method_end)) + std::string(text.substr(method_end)));
    if (scan.canonical.compare(0, 7, "did:cn:") != 0) return scan;
    auto prefix = Prefix::parse(text.substr(7));
    if (!prefix || !prefix->is_vaa())
        return fail(Code::InvalidIdentifier, "a did:cn holds a prefix like 88.100.1",
                    "did:cn 后应为形如 88.100.1 的前缀");
    scan.identifier = Identifier::of_prefix(*prefix);
    return scan;
}

Scan read_epc_urn(std::string_view text) {
    auto canonical = epc_canonical(text);
    if (!canonical) return plain(ScanKind::EpcUri, text);
    Scan scan = plain(ScanKind::Gs1, canonical->substr(std::string_view("https://id.gs1.org").size()));
    if (auto link = parse_digital_link(*canonical)) {
        scan.canonical = scan.display = link->path();
        scan.gs1 = *std::move(link);
    }
    return scan;
}

std::optional<Scan> read_ecode(std::string_view text) {
    constexpr size_t kEcodeBytesMax = 64;
    if (!begins(text, "ecode:") || text.size() == 6 || text.size() - 6 > kEcodeBytesMax) return std::nullopt;
    std::string_view code = text.substr(6);
    bool fits = std::all_of(code.begin(), code.end(),
                            [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
    return fits ? std::optional(plain(ScanKind::Ecode, "ecode:" + std::string(code))) : std::nullopt;
}

// Step 4: ISO/IEC 15459 in ISO/IEC 15434 wrapping, or bare.
std::optional<Scan> read_carrier(std::string_view text) {
    if (text.substr(0, 3) == "[)>") {
        size_t at = text.find(std::string(1, kGs) + "25S");
        if (text.substr(3, 4) != std::string{kRs, '0', '6', kGs} || at == std::string_view::npos) return std::nullopt;
        text = text.substr(at + 1);
        text = text.substr(0, text.find_first_of(std::string{kGs, kRs, kEot}));
    }
    if (text.substr(0, 3) != "25S" || text.size() == 3) return std::nullopt;
    return plain(ScanKind::VaaCarrier, text);
}

// Step 5; steps 6 to 8 for text without a slash.
std::optional<Scan> read_name(std::string_view text) {
    if (text.find('/') != std::string_view::npos) {
        auto identifier = Identifier::parse(text);
        return identifier ? std::optional(of_identifier(*std::move(identifier))) : std::nullopt;
    }
    auto prefix = Prefix::parse(text);
    std::string_view first = text.substr(0, text.find('.'));
    bool oid_arc = first == "0" || first == "1" || first == "2";
    if (prefix && prefix->segments() >= 2 && !oid_arc) return of_identifier(Identifier::of_prefix(*prefix));
    if (is_oid(text)) return plain(ScanKind::Oid, text);
    auto key = parse_plain_key(text);
    if (!key) return std::nullopt;
    Scan scan = of_gs1(*std::move(key));
    scan.assumed = true;
    return scan;
}

// Steps 2 to 9.
Result<Scan> read_text(std::string_view text) {
    if (begins(text, "http://") || begins(text, "https://")) {
        auto found = read_scanned_url(text);
        if (!found) return fail(found.error());
        if (found->identifier) return of_identifier(*std::move(found->identifier));
        if (found->gs1) return of_gs1(*std::move(found->gs1));
        return plain(ScanKind::Url, text);
    }
    if (auto did = read_did(text)) return *std::move(did);
    if (begins(text, "urn:epc:")) return read_epc_urn(text);
    if (auto ecode = read_ecode(text)) return *std::move(ecode);
    for (std::string_view start : {std::string_view("hdl:"), std::string_view("info:hdl/")})
        if (begins(text, start)) {
            text.remove_prefix(start.size());
            break;
        }
    if (auto carrier = read_carrier(text)) return *std::move(carrier);
    if (auto name = read_name(text)) return *std::move(name);
    return plain(ScanKind::SupplierCode, text);
}

Error moved(Error error, size_t by) {
    for (auto& extra : error.extras)
        if (extra.name == "position") extra.value = std::get<int64_t>(extra.value) + int64_t(by);
    return error;
}

// What a symbology identifier promises (ISO/IEC 15424; gs1-resolver.md 4).
enum class Carries { Elements, Plain, Ean13, Ean8, Itf14 };
struct Symbology {
    std::string_view id;
    Carries carries;
};
constexpr std::array<Symbology, 14> kSymbologies = {{
    {"]C1", Carries::Elements},
    {"]e0", Carries::Elements},
    {"]d2", Carries::Elements},
    {"]Q3", Carries::Elements},
    {"]J1", Carries::Elements},
    {"]d1", Carries::Plain},
    {"]Q1", Carries::Plain},
    {"]J0", Carries::Plain},
    {"]C0", Carries::Plain},
    {"]A0", Carries::Plain},
    {"]X0", Carries::Plain},
    {"]E0", Carries::Ean13},
    {"]E4", Carries::Ean8},
    {"]I1", Carries::Itf14},
}};

Result<Scan> read_symbology(std::string_view text) {
    std::string_view id = text.substr(0, 3), data = text.substr(id.size());
    auto known = std::find_if(kSymbologies.begin(), kSymbologies.end(), [&](Symbology const& s) { return s.id == id; });
    if (known == kSymbologies.end())
        return fail(Code::ScanSymbology, "the symbology identifier " + excerpt(id) + " is not known",
                    "未知的条码类型标识 " + excerpt(id));
    if (data.empty()) return fail(Code::ScanEmpty, "the scan holds no data", "扫描内容为空");
    Result<Scan> scan = [&]() -> Result<Scan> {
        switch (known->carries) {
            case Carries::Elements:
                return of_result(parse_element_string(data.substr(data[0] == kGs ? 1 : 0)));
            case Carries::Ean13:
                return read_gtin(data, 13);
            case Carries::Ean8:
                return read_gtin(data, 8);
            case Carries::Itf14:
                return read_gtin(data, 14);
            case Carries::Plain:
                break;
        }
        return read_text(data);
    }();
    if (!scan) return fail(moved(scan.error(), id.size()));
    scan->symbology = std::string(id);
    return scan;
}

// AI data whose symbology identifier the reader stripped; typed "^" stands for FNC1.
Result<Scan> read_stripped(std::string_view text) {
    std::string data(text.substr(1));
    if (text[0] == '^') std::replace(data.begin(), data.end(), '^', kGs);
    auto scan = of_result(parse_element_string(data));
    if (!scan) return fail(moved(scan.error(), 1));
    return scan;
}

Result<Scan> read_trimmed(std::string_view text) {
    if (text.empty()) return fail(Code::ScanEmpty, "the scan holds no data", "扫描内容为空");
    if (text[0] == ']') return read_symbology(text);
    if ((text[0] == kGs || text[0] == '^') && text.size() > 1) return read_stripped(text);
    if (text[0] == '(' && text.size() > 1 && is_digit(text[1])) return of_result(parse_bracketed_element_string(text));
    return read_text(text);
}

}  // namespace

std::string_view word(ScanKind kind) {
    switch (kind) {
        case ScanKind::Identifier:
            return "identifier";
        case ScanKind::PrefixRecord:
            return "prefix-record";
        case ScanKind::Gs1:
            return "gs1";
        case ScanKind::Oid:
            return "oid";
        case ScanKind::Did:
            return "did";
        case ScanKind::Ecode:
            return "ecode";
        case ScanKind::VaaCarrier:
            return "vaa-carrier";
        case ScanKind::EpcUri:
            return "epc-uri";
        case ScanKind::Url:
            return "url";
        case ScanKind::SupplierCode:
            return "supplier-code";
    }
    return "";
}

Result<Scan> parse_scan(std::string_view text) {
    constexpr size_t kScanBytesMax = Limits{}.identifier_bytes_read_max;
    if (text.size() > kScanBytesMax || text.find('\0') != std::string_view::npos || !is_utf8(text))
        return fail(Code::InvalidIdentifier, "a scan has at most 2,048 bytes of well-formed UTF-8 without NUL",
                    "扫描内容最长 2048 字节，应为有效的 UTF-8 且不含 NUL");
    size_t first = std::min(text.find_first_not_of(kBlank), text.size());
    size_t last = text.find_last_not_of(kBlank);
    std::string_view trimmed = first == text.size() ? std::string_view() : text.substr(first, last + 1 - first);
    auto scan = read_trimmed(trimmed);
    if (!scan) return fail(moved(scan.error(), first));
    return scan;
}

Result<std::string> supplier_code(Prefix const& owner, std::string_view code) {
    constexpr size_t kCodeBytesMax = 128;
    if (code.empty() || code.size() > kCodeBytesMax || code.front() == ' ' || code.back() == ' ')
        return fail(Code::InvalidIdentifier, "a supplier code has 1 to 128 bytes and no space at its ends",
                    "供应商编码应为 1 至 128 字节，首尾不能有空格");
    if (auto checked = check_new_characters(code, true); !checked) return fail(checked.error());
    return "sup:" + owner.canonical() + ":" + percent_encode(code);
}

bool is_oid(std::string_view text) {
    constexpr size_t kArcsMax = 128, kDigitsMax = 39;
    size_t arcs = 0;
    char root = text.empty() ? '9' : text[0];
    for (size_t at = 0; at <= text.size(); ++arcs) {
        size_t end = std::min(text.find('.', at), text.size());
        std::string_view arc = text.substr(at, end - at);
        if (arc.empty() || arc.size() > kDigitsMax || !all_digits(arc) || (arc.size() > 1 && arc[0] == '0'))
            return false;
        if (arcs == 0 && (arc.size() != 1 || root > '2')) return false;
        if (arcs == 1 && root < '2' && (arc.size() > 2 || (arc.size() == 2 && arc > "39"))) return false;
        at = end + 1;
    }
    return arcs >= 2 && arcs <= kArcsMax;
}

}  // namespace ingot::ident
