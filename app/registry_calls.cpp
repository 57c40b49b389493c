#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/client_calls.hpp"
#include "base/encoding.hpp"

namespace ingot::app {
namespace {

using Json = nlohmann::json;

std::string text(Json const& object, char const* name) {
    auto found = object.find(name);
    if (found == object.end() || found->is_null()) return {};
    return found->is_string() ? found->get<std::string>() : found->dump();
}

// Opens the node, sends one request and hands a good answer to `print`; reports everything else.
template <class Print>
int call_node(NodeAddress const& address, std::string_view method, std::string const& target, Json const& body,
              std::string const& key, Print print) {
    auto node = NodeClient::open(address);
    if (!node) return report(node.error());
    auto answer = node->send(method, target, body.is_null() ? std::string() : body.dump(), "application/json", key);
    if (!answer) return report(answer.error());
    if (answer->status >= 300) return report(*answer);
    print(*answer);
    return kDone;
}

void print_raw(NodeAnswer const& answer) { std::cout << answer.body << "\n"; }

void print_value(Json const& value) {
    Json const data = value.value("data", Json());
    std::string shown = data.is_object()   ? text(data, "value")
                        : data.is_string() ? data.get<std::string>()
                                           : data.dump();
    std::cout << "  " << text(value, "index") << "\t" << text(value, "type") << "\t" << shown << "\n";
}

}  // namespace

bool speaks_chinese() {
    for (char const* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        char const* value = std::getenv(name);
        if (value != nullptr && *value != '\0') return std::string_view(value).starts_with("zh");
    }
    return false;
}

int add_prefix(NodeAddress const& address, AddPrefix const& call, bool json) {
    Json body = {{"prefix", call.prefix}, {"name", call.name}};
    if (!call.referral.empty()) body["referral"] = call.referral;
    return call_node(address, "POST", "/v1/prefixes", body, fresh_key(), [&](NodeAnswer const& answer) {
        if (json) return print_raw(answer);
        Json made = Json::parse(answer.body);
        std::cout << text(made, "prefix") << "\t" << call.name << "\n";
    });
}

int list_prefixes(NodeAddress const& address, bool json) {
    return call_node(address, "GET", "/v1/prefixes?limit=1000", nullptr, "", [&](NodeAnswer const& answer) {
        if (json) return print_raw(answer);
        for (Json const& item : Json::parse(answer.body).value("items", Json::array()))
            std::cout << text(item, "prefix") << "\t" << text(item.value("enterprise", Json::object()), "name") << "\t"
                      << text(item, "status") << "\n";
    });
}

int add_credential(NodeAddress const& address, AddCredential const& call, bool json) {
    Json body = {{"role", call.role}};
    if (!call.prefix.empty()) body["prefix"] = call.prefix;
    if (!call.name.empty()) body["name"] = call.name;
    return call_node(address, "POST", "/v1/credentials", body, fresh_key(), [&](NodeAnswer const& answer) {
        if (json) return print_raw(answer);
        std::cout << text(Json::parse(answer.body), "key") << "\n";
    });
}

int revoke_credential(NodeAddress const& address, std::string const& id) {
    return call_node(address, "DELETE", "/v1/credentials/" + percent_encode(id), nullptr, fresh_key(),
                     [&](NodeAnswer const&) { std::cerr << "ingot: " << id << " is revoked\n"; });
}

int list_credentials(NodeAddress const& address, bool json) {
    return call_node(address, "GET", "/v1/credentials?limit=1000", nullptr, "", [&](NodeAnswer const& answer) {
        if (json) return print_raw(answer);
        for (Json const& item : Json::parse(answer.body).value("items", Json::array()))
            std::cout << text(item, "id") << "\t" << text(item, "roles") << "\t" << text(item, "prefix") << "\t"
                      << text(item, "status") << "\t" << text(item, "name") << "\n";
    });
}

int assign_codes(NodeAddress const& address, AssignCodes const& call, bool json) {
    Json values = {{"class", call.product_class}, {"product", call.product}};
    if (!call.date.empty()) values["date"] = call.date;
    Json body = {{"prefix", call.prefix}, {"values", values}, {"count", call.count}};
    if (!call.profile.empty()) body["profile"] = call.profile;
    std::string key = call.key.empty() ? fresh_key() : call.key;
    return call_node(address, "POST", "/v1/codes", body, key, [&](NodeAnswer const& answer) {
        if (json) return print_raw(answer);
        Json const body_read = Json::parse(answer.body);
        for (Json const& code : body_read.at("codes")) std::cout << code.get<std::string>() << "\n";
    });
}

int resolve_identifier(NodeAddress const& address, std::string const& identifier, bool json) {
    return call_node(address, "GET", "/v1/identifiers/" + percent_encode(identifier, "/"), nullptr, "",
                     [&](NodeAnswer const& answer) {
                         if (json) return print_raw(answer);
                         Json record = Json::parse(answer.body);
                         std::cout << text(record, "identifier") << "\t" << text(record, "state") << "\n";
                         for (Json const& value : record.value("values", Json::array())) print_value(value);
                     });
}

}  // namespace ingot::app
