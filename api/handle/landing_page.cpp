#include "api/handle/landing_page.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace ingot::api::handle {

std::string escape_html(std::string_view text) {
    std::string out;
    for (char const c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string landing_html(LandingPage const& page, Language language) {
    bool const zh = language == Language::zh;
    std::string out = "<!doctype html>\n<html lang=\"";
    out += zh ? "zh-CN" : "en";
    out += "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>";
    out += escape_html(page.verdict) + "</title></head>\n<body><h1>" + escape_html(page.verdict) + "</h1>\n";
    if (!page.identifier.empty()) out += "<p><code>" + escape_html(page.identifier) + "</code></p>\n";
    if (!page.rows.empty()) {
        out += "<table>\n";
        for (auto const& [name, value] : page.rows)
            out += "<tr><th>" + escape_html(name) + "</th><td>" + escape_html(value) + "</td></tr>\n";
        out += "</table>\n";
    }
    if (is_safe_target(page.link)) {
        std::string const link = escape_html(page.link);
        out += "<p><a href=\"" + link + "\" rel=\"noreferrer\">" + link + "</a></p>\n";
    }
    out += zh ? "<p>请核对实物上的编号。</p>\n" : "<p>Compare with the code on the product itself.</p>\n";
    return out + "</body></html>\n";
}

bool is_safe_target(std::string_view url) {
    size_t const scheme = url.find("://");
    if (url.size() > 2048 || scheme == std::string_view::npos) return false;
    std::string const name = to_lower_ascii(url.substr(0, scheme));
    if (name != "http" && name != "https") return false;
    bool const printable = std::all_of(url.begin(), url.end(), [](char c) {
        return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '`';
    });
    std::string_view const rest = url.substr(scheme + 3);
    std::string_view const authority = rest.substr(0, rest.find_first_of("/?#"));
    return printable && !authority.empty() && authority.find('@') == std::string_view::npos;
}

}  // namespace ingot::api::handle
