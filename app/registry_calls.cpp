#include <sys/stat.h>
#include <unistd.h>

#include <iostream>
#include <optional>

#include "app/client_calls.hpp"
#include "app/json_member.hpp"
#include "app/key_file.hpp"
#include "app/language.hpp"
#include "app/text_table.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"

namespace ingot::app {
namespace {

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

// Every page of a list: one table, or with `json` one answer a line.
template <class Row>
int list_pages(NodeAddress const& address, std::string const& path, TextTable table, bool json, Row row) {
    auto node = NodeClient::open(address);
    if (!node) return report(node.error());
    std::string next;
    do {
        std::string const cursor = next.empty() ? "" : "&cursor=" + percent_encode(next);
        auto answer = node->send("GET", path + "?limit=1000" + cursor);
        if (!answer) return report(answer.error());
        if (answer->status >= 300) return report(*answer);
        Json const page = Json::parse(answer->body);
        if (json) std::cout << answer->body << "\n";
        for (Json const& item : member(page, "items")) table.add(row(item));
        next = text(page, "next");
    } while (!next.empty());
    if (!json) std::cout << table.print();
    return kDone;
}

void print_raw(NodeAnswer const& answer) { std::cout << answer.body << "\n"; }

std::string joined(Json const& words) {
    std::string out;
    for (Json const& word : words)
        if (word.is_string()) out += (out.empty() ? "" : ", ") + word.get<std::string>();
    return out;
}

std::string day_of(Json const& object, char const* name) { return text(object, name).substr(0, 10); }

std::string status_of_prefix(Json const& item) {
    if (item.value("suspended", false)) return say("suspended", "已停用");
    if (item.value("hosted", true)) return say("active", "有效");
    return say("resolved at ", "解析地址 ") + text(member(item, "referral"), "url");
}

std::string status_of_credential(Json const& item) {
    if (item.contains("revokedAt")) return say("revoked ", "已吊销 ") + day_of(item, "revokedAt");
    std::string const now = format_time(SystemClock().now(), 3);
    return text(item, "expiresAt") < now ? say("expired", "已过期") : say("active", "有效");
}

// What a person wants to see of a value: the text of {"format","value"}, a text as it is, else the JSON.
std::string shown(Json const& data) {
    if (data.is_string()) return data.get<std::string>();
    if (data.is_object() && data.contains("value"))
        return data["value"].is_string() ? data["value"].get<std::string>() : data["value"].dump();
    return data.dump();
}

std::string state_word(std::string const& state) {
    constexpr struct {
        std::string_view en, zh;
    } kStates[] = {{"reserved", "已分配，尚无记录"},
                   {"active", "有效"},
                   {"suspended", "已停用"},
                   {"void", "已作废"},
                   {"withdrawn", "已撤回"}};
    for (auto const& known : kStates)
        if (known.en == state) return say(known.en, known.zh);
    return state;
}

// A key sent to a file by the shell has the modes of any file.
void warn_if_stdout_is_open_to_others() {
    struct stat info {};
    if (::fstat(STDOUT_FILENO, &info) != 0 || !S_ISREG(info.st_mode) || (info.st_mode & 077) == 0) return;
    std::cerr << "ingot: "
              << say("warning: others can read the file that now holds the key; chmod 600 it, or use --out FILE",
                     "警告：他人可读取存有密钥的文件；请对它执行 chmod 600，或改用 --out 文件")
              << "\n";
}

}  // namespace

int add_prefix(NodeAddress const& address, AddPrefix const& call, bool json) {
    Json body = {{"prefix", call.prefix}, {"name", call.name}};
    if (!call.referral.empty()) {
        body["hosted"] = false;
        body["referral"] = {{"url", call.referral}};
    }
    return call_node(address, "POST", "/v1/prefixes", body, fresh_key(), [&](NodeAnswer const& answer) {
        if (json) return print_raw(answer);
        std::cout << text(Json::parse(answer.body), "prefix") << "  " << printable(call.name) << "\n";
    });
}

int list_prefixes(NodeAddress const& address, bool json) {
    TextTable table({{say("PREFIX", "前缀")}, {say("ENTERPRISE", "企业")}, {say("STATUS", "状态")}});
    return list_pages(address, "/v1/prefixes", table, json, [](Json const& item) {
        return std::vector{text(item, "prefix"), text(member(item, "enterprise"), "name"), status_of_prefix(item)};
    });
}

int add_credential(NodeAddress const& address, AddCredential const& call, bool json) {
    Json body = {{"role", call.role}};
    if (!call.prefix.empty()) body["prefix"] = call.prefix;
    if (!call.name.empty()) body["name"] = call.name;
    std::optional<KeyFile> file;
    if (!call.out.empty()) {
        auto made = KeyFile::create(call.out);
        if (!made) return report(made.error());
        file.emplace(std::move(*made));
    }
    Result<void> written;
    int const code = call_node(address, "POST", "/v1/credentials", body, fresh_key(), [&](NodeAnswer const& answer) {
        Json const made = Json::parse(answer.body);
        if (file) {
            written = file->keep(text(made, "key"));
            std::cerr << "ingot: " << say("the key is in ", "密钥已写入 ") << call.out << "\n";
            return;
        }
        json ? print_raw(answer) : void(std::cout << text(made, "key") << "\n");
        warn_if_stdout_is_open_to_others();
    });
    return written ? code : report(written.error());
}

int revoke_credential(NodeAddress const& address, std::string const& id) {
    return call_node(
        address, "DELETE", "/v1/credentials/" + percent_encode(id), nullptr, fresh_key(),
        [&](NodeAnswer const&) { std::cerr << "ingot: " << say(id + " is revoked", id + " 已吊销") << "\n"; });
}

int list_credentials(NodeAddress const& address, bool json) {
    TextTable table({{say("ID", "编号")},
                     {say("ROLES", "角色")},
                     {say("ENTERPRISE", "企业")},
                     {say("STATUS", "状态")},
                     {say("EXPIRES", "有效期至")},
                     {say("NAME", "名称")}});
    return list_pages(address, "/v1/credentials", table, json, [](Json const& item) {
        return std::vector{text(item, "id"),           joined(member(item, "roles")), text(item, "enterprise"),
                           status_of_credential(item), day_of(item, "expiresAt"),     text(item, "name")};
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
    return call_node(
        address, "GET", "/v1/identifiers/" + percent_encode(identifier, "/"), nullptr, "",
        [&](NodeAnswer const& answer) {
            if (json) return print_raw(answer);
            Json const record = Json::parse(answer.body);
            std::cout << text(record, "identifier") << "  " << state_word(text(record, "state")) << "\n";
            TextTable table({{say("INDEX", "索引"), true}, {say("TYPE", "类型")}, {say("VALUE", "值")}}, "  ");
            for (Json const& value : member(record, "values"))
                table.add(
                    {value.value("index", Json()).dump(), text(value, "type"), shown(value.value("data", Json()))});
            if (!member(record, "values").empty()) std::cout << table.print();
        });
}

}  // namespace ingot::app
