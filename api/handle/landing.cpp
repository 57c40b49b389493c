#include <algorithm>
#include <charconv>

#include "api/handle/handle_body.hpp"
#include "api/handle/handle_handlers.hpp"
#include "api/handle/landing_page.hpp"
#include "api/metrics.hpp"
#include "api/v1/identifier_call.hpp"
#include "base/encoding.hpp"

namespace ingot::api::handle {
namespace {

using resolver::Outcome;
using resolver::visible_values;

// The weight an Accept field gives a media type, and whether it names it outright.
struct Weight {
    int thousandths = 0;
    bool named = false;
};

Weight weight_of(std::string_view accept, std::string_view type) {
    Weight best;
    while (!accept.empty()) {
        size_t const comma = accept.find(',');
        std::string const range = to_lower_ascii(accept.substr(0, comma));
        accept.remove_prefix(comma == std::string_view::npos ? accept.size() : comma + 1);
        size_t const semicolon = range.find(';');
        std::string name = range.substr(0, semicolon);
        std::erase_if(name, [](char c) { return c == ' ' || c == '\t'; });
        bool const named = name == type;
        bool const fits = named || name == "*/*" || name == std::string(type.substr(0, type.find('/'))) + "/*";
        if (!fits || (best.named && !named)) continue;
        double q = 1;
        if (size_t const at = range.find("q=", semicolon == std::string::npos ? range.size() : semicolon);
            at != std::string::npos)
            std::from_chars(range.data() + at + 2, range.data() + range.size(), q);
        int const weight = static_cast<int>(std::clamp(q, 0.0, 1.0) * 1000);
        if (named && !best.named) best = {weight, true};
        best.thousandths = std::max(best.thousandths, weight);
    }
    return best;
}

bool prefers_json(std::string_view accept) {
    Weight const json = weight_of(accept, "application/json");
    Weight const html = weight_of(accept, "text/html");
    if (!json.named || json.thousandths == 0) return false;
    return json.thousandths > html.thousandths || (json.thousandths == html.thousandths && !html.named);
}

net::Answer page_answer(int status, LandingPage const& page, Language language) {
    net::Answer answer;
    answer.status = status;
    answer.body = landing_html(page, language);
    answer.header("Content-Type", "text/html; charset=utf-8")
        .header("Cache-Control", status == 200 ? "public, max-age=60" : "no-store")
        .header("Content-Security-Policy",
                "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
                "frame-ancestors 'none'")
        .header("X-Robots-Tag", "noindex")
        .header("Vary", "Accept, Accept-Language");
    return answer;
}

net::Answer redirect(std::string const& target) {
    net::Answer answer;
    answer.status = 302;
    std::string const link = escape_html(target);
    answer.body = "<html><body><a href=\"" + link + "\">" + link + "</a></body></html>\n";
    answer.header("Location", target)
        .header("Content-Type", "text/html; charset=utf-8")
        .header("Cache-Control", "public, max-age=60")
        .header("Vary", "Accept, Accept-Language");
    return answer;
}

std::string say(Language language, std::string_view zh, std::string_view en) {
    return std::string(language == Language::zh ? zh : en);
}

net::Answer missing_page(Call const& call, ident::Identifier const& identifier, resolver::Resolution const& found) {
    LandingPage page;
    page.identifier = identifier.display();
    page.verdict = say(call.language, "没有找到标识", "Not found");
    if (found.prefix && found.outcome == Outcome::absent &&
        ident::match_profiles(found.prefix->profiles, identifier).shape == ident::Shape::WrongCheck)
        page.verdict = say(call.language, "校验码错误：请核对编码", "The check character is wrong: compare the code");
    if (found.outcome == Outcome::not_hosted)
        page.verdict = say(call.language, "前缀不属于本节点", "This prefix does not live on this node");
    return page_answer(404, page, call.language);
}

net::Answer elsewhere(Call const& call, ident::Identifier const& identifier, resolver::Resolution const& found) {
    std::string target = found.prefix->referral_url;
    if (!target.empty()) {
        while (target.back() == '/') target.pop_back();
        target += '/' + percent_encode(identifier.display(), "/");
        if (is_safe_target(target) && !call.parameter("noredirect")) return redirect(target);
    }
    LandingPage page;
    page.identifier = identifier.display();
    page.verdict = say(call.language, "该标识由企业自行托管：", "Held by ") + found.prefix->enterprise_name;
    page.link = target;
    return page_answer(200, page, call.language);
}

// "plant.example:8080" of "https://plant.example:8080/x": where a browser would go.
std::string_view authority_of(std::string_view url) {
    size_t const begin = url.find("//");
    if (begin == std::string_view::npos) return {};
    return url.substr(begin + 2, url.find_first_of("/?#\\", begin + 2) - begin - 2);
}

// The lowest-index URL value that the parameters index and type leave, with the text of urlappend behind it. That text
// is a stranger's: it may name a place on the host of the value, never another host.
std::string target_of(Call const& call, resolver::Resolution const& found) {
    auto const selection = Selection::of(call);
    for (auto const* value : visible_values(found.record, registry::Visibility::public_fields)) {
        if (value->type != "URL" || value->form != storage::ValueForm::text) continue;
        if (selection && !selection->takes(*value)) continue;
        std::string target = value->data + std::string(call.parameter("urlappend").value_or(""));
        if (is_safe_target(target) && authority_of(target) == authority_of(value->data)) return target;
        return {};
    }
    return {};
}

net::Answer record_page(Call const& call, resolver::Resolution const& found, std::string const& target) {
    LandingPage page;
    page.identifier = found.record.identifier;
    page.verdict =
        say(call.language, "✓ 本节点登记的标识 · ", "✓ Registered on this node · ") + found.prefix->enterprise_name;
    if (found.record.state == storage::RecordState::suspended)
        page.verdict = say(call.language, "该标识已停用 · ", "Suspended · ") + found.prefix->enterprise_name;
    for (auto const* value : visible_values(found.record, registry::Visibility::public_fields))
        if (value->form == storage::ValueForm::text) page.rows.emplace_back(value->type, value->data);
    page.link = target;
    return page_answer(200, page, call.language);
}

net::Answer land(Call const& call, ident::Identifier const& identifier, resolver::Resolution const& found) {
    switch (found.outcome) {
        case Outcome::elsewhere:
            return elsewhere(call, identifier, found);
        case Outcome::voided:
            return page_answer(
                410, {say(call.language, "该编码已作废", "This code was voided"), identifier.display(), {}, {}},
                call.language);
        case Outcome::withdrawn:
            return page_answer(
                410,
                {say(call.language, "该标识已撤销", "This identifier was withdrawn"), identifier.display(), {}, {}},
                call.language);
        case Outcome::record:
            break;
        default:
            return missing_page(call, identifier, found);
    }
    std::string const target = target_of(call, found);
    std::string const& policy = found.prefix->landing_redirect;
    bool const may = policy.empty() || policy == "any";
    if (!target.empty() && may && !call.parameter("noredirect")) return redirect(target);
    return record_page(call, found, target);
}

}  // namespace

Result<net::Answer> landing(Call const& call, Services& services) {
    if (prefers_json(call.request.head.field("Accept"))) return get_handle(call, services);
    auto identifier = ident::Identifier::parse(path_identifier(call));
    if (!identifier) {
        LandingPage page;
        page.verdict = say(call.language, "标识格式错误", "This is not an identifier");
        return page_answer(400, page, call.language);
    }
    registry::Principal const nobody;  // the page shows what everyone may see, whoever asks
    auto found = services.resolver.resolve(*identifier, nobody);
    services.metrics.resolved(found && found->prefix ? std::string_view(found->prefix->prefix) : "", Surface::landing,
                              found && found->outcome == Outcome::record, elapsed(call, services));
    if (!found) return fail(std::move(found.error()));
    return land(call, *identifier, *found);
}

}  // namespace ingot::api::handle
