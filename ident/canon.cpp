// canon(uri) of spec/trace-semantics.md 1.8: rules 1 to 5 in order.
#include <algorithm>

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "ident/digits.hpp"
#include "ident/event_id.hpp"

namespace ingot::ident {
namespace {

constexpr std::string_view kGs1Host = "https://id.gs1.org";

// Length of the scheme (RFC 3986 3.1), 0 when there is none.
size_t scheme_length(std::string_view uri) {
    if (uri.empty() || !is_letter(uri[0])) return 0;
    for (size_t i = 1; i < uri.size(); ++i) {
        if (uri[i] == ':') return i;
        if (!is_letter(uri[i]) && !is_digit(uri[i]) && uri[i] != '+' && uri[i] != '-' && uri[i] != '.') return 0;
    }
    return 0;
}

struct Web {
    std::string host;  // lower case, no port
    std::string_view path;
};

// Host and path of an http(s) URI.
std::optional<Web> web_parts(std::string_view uri) {
    size_t colon = uri.find("://");
    std::string scheme = to_lower_ascii(uri.substr(0, colon));
    if (colon == std::string_view::npos || (scheme != "http" && scheme != "https")) return std::nullopt;
    uri = uri.substr(0, uri.find_first_of("?#")).substr(colon + 3);
    size_t slash = std::min(uri.find('/'), uri.size());
    std::string_view authority = uri.substr(0, slash);
    size_t port = authority.find(':');
    if (!authority.empty() && authority[0] == '[')
        port = authority.find(':', std::min(authority.find(']'), authority.size()));
    return Web{to_lower_ascii(authority.substr(0, port)), uri.substr(slash)};
}

LotKey node_key(Identifier identifier) {
    LotKey key;
    key.kind = LotKey::Kind::Node;
    key.canonical = identifier.canonical();
    key.display = identifier.display();
    key.has_suffix = !identifier.is_prefix_record();
    key.identifier = std::move(identifier);
    return key;
}

LotKey gs1_key(std::string_view canonical) {
    LotKey key;
    key.kind = LotKey::Kind::Gs1;
    key.canonical = std::string(canonical.substr(kGs1Host.size()));
    key.display = key.canonical;
    bool trade_item = key.canonical.substr(0, 4) == "/01/" || key.canonical.substr(0, 6) == "/8006/";
    key.class_only = trade_item && std::count(key.canonical.begin(), key.canonical.end(), '/') == 2;
    return key;
}

// ^(86|88)\.[0-9]{3,5}(\.[0-9]{1,128})?$
bool is_national(Prefix const& prefix) {
    std::string_view issuer = prefix.text().substr(0, 3);
    return prefix.is_vaa() && (issuer == "86." || issuer == "88.");
}

bool is_ours(std::string const& host, CanonContext const& context) {
    auto same = [&](std::string const& name) { return equal_ignoring_ascii_case(name, host); };
    return host == "hdl.handle.net" || host == "doi.org" ||
           std::any_of(context.own_hosts.begin(), context.own_hosts.end(), same) ||
           std::any_of(context.alias_hosts.begin(), context.alias_hosts.end(), same);
}

// Rule 2: the text after hdl: or info:hdl/.
std::optional<Identifier> handle_uri(std::string_view uri) {
    std::string_view rest;
    for (std::string_view start : {std::string_view("hdl:"), std::string_view("info:hdl/")})
        if (equal_ignoring_ascii_case(uri.substr(0, start.size()), start)) rest = uri.substr(start.size());
    if (rest.empty()) return std::nullopt;
    auto text = percent_decode(rest);
    auto identifier = text ? Identifier::parse(*text) : fail(Code::BadEncoding);
    return identifier ? std::optional(*identifier) : std::nullopt;
}

// Rule 3.
std::optional<Identifier> web_identifier(std::string_view uri, CanonContext const& context) {
    auto web = web_parts(uri);
    if (!web || web->path.size() < 2) return std::nullopt;
    std::string_view part = web->path.substr(1, web->path.find('/', 1) - 1);
    if (part.find('.') == std::string_view::npos) return std::nullopt;
    auto text = percent_decode(web->path.substr(1));
    if (!text) return std::nullopt;
    auto identifier = Identifier::parse(*text);
    if (!identifier) return std::nullopt;
    Prefix const& prefix = identifier->prefix();
    if (is_ours(web->host, context)) return prefix.segments() >= 2 ? std::optional(*identifier) : std::nullopt;
    bool bare = identifier->is_prefix_record() && !equal_ignoring_ascii_case(text->substr(0, 5), "0.NA/");
    return is_national(bare ? identifier->subject_prefix() : prefix) ? std::optional(*identifier) : std::nullopt;
}

// Scheme and host lower-cased, default port removed, escapes upper-cased.
std::string normal_uri(std::string_view uri, size_t scheme_size) {
    std::string out = to_lower_ascii(uri.substr(0, scheme_size)) + ":";
    std::string_view rest = uri.substr(scheme_size + 1);
    if (rest.substr(0, 2) == "//") {
        size_t end = std::min(rest.find_first_of("/?#", 2), rest.size());
        std::string_view authority = rest.substr(2, end - 2);
        size_t host = authority.rfind('@') + 1;  // npos + 1 is 0: no user information
        std::string_view port = out == "http:" ? ":80" : out == "https:" ? ":443" : "";
        std::string name = to_lower_ascii(authority.substr(host));
        if (!port.empty() && name.size() > port.size() &&
            name.compare(name.size() - port.size(), port.size(), port) == 0)
            name.resize(name.size() - port.size());
        out += "//" + std::string(authority.substr(0, host)) + name;
        rest.remove_prefix(end);
    }
    for (size_t i = 0; i < rest.size(); ++i) {
        bool escape = rest[i] == '%' && from_hex(rest.substr(i + 1, 2)).value_or("").size() == 1;
        out += escape ? to_upper_ascii(rest.substr(i, 3)) : std::string(1, rest[i]);
        if (escape) i += 2;
    }
    return out;
}

Result<void> check_text(std::string_view text) {
    constexpr size_t kBytesMax = Limits{}.identifier_bytes_read_max;
    if (text.empty() || text.size() > kBytesMax)
        return fail(Code::InvalidIdentifier, "an identifier has 1 to 2,048 bytes", "标识应为 1 至 2048 字节");
    bool plain = std::none_of(text.begin(), text.end(), [](char c) { return uint8_t(c) <= 0x20 || c == 0x7F; });
    if (!plain || !is_utf8(text))
        return fail(Code::InvalidIdentifier, "an identifier holds no spaces, control characters or malformed UTF-8",
                    "标识不能包含空格、控制字符或无效的 UTF-8");
    return {};
}

}  // namespace

Result<LotKey> canon(std::string_view uri, CanonContext const& context) {
    if (auto checked = check_text(uri); !checked) return fail(checked.error());
    size_t scheme = scheme_length(uri);
    if (scheme == 0 || scheme + 1 == uri.size())
        return fail(Code::InvalidIdentifier, "EPCIS documents need a URI, e.g. https://node.example/88.999.1/PD.1",
                    "EPCIS 文档中的标识应为 URI，例如 https://node.example/88.999.1/PD.1");
    bool is_urn = equal_ignoring_ascii_case(uri.substr(0, scheme), "urn");
    if (is_urn)
        if (auto canonical = epc_canonical(uri)) return gs1_key(*canonical);
    if (auto identifier = handle_uri(uri)) return node_key(*std::move(identifier));
    if (auto identifier = web_identifier(uri, context)) return node_key(*std::move(identifier));
    if (auto canonical = epc_canonical(uri)) return gs1_key(*canonical);
    LotKey key;
    key.canonical = normal_uri(uri, scheme);
    key.display = key.canonical;
    key.opaque_urn = is_urn;
    return key;
}

Result<LotKey> canon_parameter(std::string_view text, CanonContext const& context) {
    if (scheme_length(text) > 0) return canon(text, context);
    if (!text.empty() && text[0] == '/') {
        if (auto checked = check_text(text); !checked) return fail(checked.error());
        if (auto canonical = epc_canonical(std::string(kGs1Host) + std::string(text))) return gs1_key(*canonical);
    }
    auto identifier = Identifier::parse(text);
    if (!identifier) return fail(identifier.error());
    return node_key(*std::move(identifier));
}

}  // namespace ingot::ident
