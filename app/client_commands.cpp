#include "app/client_commands.hpp"

#include <memory>

#include "app/client_calls.hpp"
#include "app/command_help.hpp"
#include "app/language.hpp"

namespace ingot::app {
namespace {

// Options every client command has.
struct Common {
    NodeAddress address;
    bool json = false;
};

std::shared_ptr<Common> add_common(CLI::App& command, bool with_json = true) {
    auto common = std::make_shared<Common>();
    command
        .add_option("--node", common->address.url, say("the node, https://HOST:PORT", "节点地址，https://主机:端口"))
        ->envname("INGOT_NODE");
    command
        .add_option("--ca", common->address.ca_file,
                    say("file of the authority that signed its certificate", "签发其证书的 CA 文件"))
        ->envname("INGOT_CA");
    command.add_option("--key", common->address.key_file, say("file that holds your API key", "存有 API 密钥的文件"))
        ->envname("INGOT_KEY");
    if (with_json)
        command.add_flag("--json", common->json, say("print the node's answer as it is", "原样输出节点的答复"));
    return common;
}

std::string roles() { return "platform_admin, security_admin, operator, viewer, station, partner"; }

void register_prefix(CLI::App& program, Command& chosen) {
    auto* group = add_group(program, "prefix", say("enterprises and their prefixes", "企业及其前缀"));

    auto* add = add_command(*group, "add", say("register an enterprise and its prefix", "登记企业及其前缀"),
                            "ingot prefix add 88.999.1 --name \"Example Smelter\"");
    auto common = add_common(*add);
    auto call = std::make_shared<AddPrefix>();
    add->add_option("prefix", call->prefix, say("e.g. 88.999.1", "例如 88.999.1"))->required();
    add->add_option("--name", call->name, say("name of the enterprise", "企业名称"))->required();
    add->add_option("--referral", call->referral,
                    say("the enterprise resolves it itself, at this https address", "由企业自行解析，其 https 地址"));
    add->callback([common, call, &chosen] {
        chosen = [common, call] { return add_prefix(common->address, *call, common->json); };
    });

    auto* list =
        add_command(*group, "list", say("the prefixes registered here", "本节点登记的前缀"), "ingot prefix list");
    auto list_common = add_common(*list);
    list->callback([list_common, &chosen] {
        chosen = [list_common] { return list_prefixes(list_common->address, list_common->json); };
    });
}

void register_credential_add(CLI::App& group, Command& chosen) {
    auto* add = add_command(group, "add", say("make an API key and print it, once", "创建 API 密钥，仅显示一次"),
                            "ingot credential add --role operator --prefix 88.999.1 --out operator.key");
    auto common = add_common(*add);
    auto call = std::make_shared<AddCredential>();
    add->add_option("--role", call->role, roles())->required();
    add->add_option(
        "--prefix", call->prefix,
        say("prefix of the enterprise it acts for (not for platform roles)", "所属企业的前缀（平台角色不需要）"));
    add->add_option("--name", call->name, say("what the list calls it", "列表中的名称"));
    add->add_option("--out", call->out,
                    say("put the key into this new file, readable by you alone", "写入此新文件，仅本人可读"));
    add->callback([common, call, &chosen] {
        chosen = [common, call] { return add_credential(common->address, *call, common->json); };
    });
}

void register_credential(CLI::App& program, Command& chosen) {
    auto* group = add_group(program, "credential", say("API keys", "API 密钥"));
    register_credential_add(*group, chosen);

    auto* revoke =
        add_command(*group, "revoke", say("end a key at once", "立即吊销密钥"), "ingot credential revoke ID");
    auto revoke_common = add_common(*revoke, false);
    auto id = std::make_shared<std::string>();
    revoke->add_option("id", *id, say("as `ingot credential list` shows it", "见 `ingot credential list`"))->required();
    revoke->callback([revoke_common, id, &chosen] {
        chosen = [revoke_common, id] { return revoke_credential(revoke_common->address, *id); };
    });

    auto* list =
        add_command(*group, "list", say("keys without their secrets", "列出密钥（不含密文）"), "ingot credential list");
    auto list_common = add_common(*list);
    list->callback([list_common, &chosen] {
        chosen = [list_common] { return list_credentials(list_common->address, list_common->json); };
    });
}

void register_codes(CLI::App& program, Command& chosen) {
    auto* assign = add_command(program, "assign", say("assign codes, one a line", "分配编码，每行一个"),
                               "ingot assign 88.999.1 --class PD --product PB99994 --count 3");
    auto common = add_common(*assign);
    auto call = std::make_shared<AssignCodes>();
    assign->add_option("prefix", call->prefix, say("prefix of the enterprise", "企业前缀"))->required();
    assign->add_option("--class", call->product_class, "RM MT BT PD EQ WH DC OD SC")->required();
    assign->add_option("--product", call->product, say("product, e.g. PB99994", "产品，例如 PB99994"))->required();
    assign->add_option("--count", call->count, say("how many, 1 if not given", "数量，缺省为 1"))
        ->check(in_range(1, 1'000'000));
    assign->add_option("--date", call->date,
                       say("business date yyyy-MM-dd; default today", "业务日期 yyyy-MM-dd，缺省为今天"));
    assign->add_option("--profile", call->profile,
                       say("coding profile; default the enterprise's own", "编码规则，缺省为企业自己的"));
    assign->add_option(
        "--repeat-key", call->key,
        say("Idempotency-Key: the same key gives the same codes again", "Idempotency-Key：同一键得到相同编码"));
    assign->callback([common, call, &chosen] {
        chosen = [common, call] { return assign_codes(common->address, *call, common->json); };
    });

    auto* resolve = add_command(program, "resolve", say("what an identifier stands for", "查询标识代表什么"),
                                "ingot resolve 88.999.1/PD.PB99994.20261122.000123-T");
    auto resolve_common = add_common(*resolve);
    auto id = std::make_shared<std::string>();
    resolve->add_option("identifier", *id, say("prefix/suffix", "前缀/后缀"))->required();
    resolve->callback([resolve_common, id, &chosen] {
        chosen = [resolve_common, id] {
            return resolve_identifier(resolve_common->address, *id, resolve_common->json);
        };
    });
}

void register_capture(CLI::App& program, Command& chosen) {
    auto* capture = add_command(program, "capture",
                                say("send trace events (EPCIS 2.0 JSON or NDJSON) and count them",
                                    "发送追溯事件（EPCIS 2.0 JSON 或 NDJSON）并计数"),
                                "ingot capture events.ndjson");
    auto common = add_common(*capture);
    auto call = std::make_shared<CaptureCall>();
    capture->add_option("file", call->file, say("file, or - for standard input", "文件，或用 - 表示标准输入"))
        ->required();
    capture->add_flag("--rollback", call->rollback,
                      say("each request of the file all or nothing", "文件中的每个请求要么全存，要么全不存"));
    capture->add_flag(
        "--tolerant", call->tolerant,
        say("take facts that break order or balance, and flag them", "接收违反顺序或平衡的事实，并加标记"));
    capture->callback([common, call, &chosen] {
        chosen = [common, call] { return capture_events(common->address, *call, common->json); };
    });
}

void register_trace(CLI::App& program, Command& chosen) {
    auto* trace = add_command(program, "trace", say("where a lot came from and where it went", "批次的来源与去向"),
                              "ingot trace 88.999.1/PD.PB99994.20261122.000123-T --up --rows 10");
    auto common = add_common(*trace);
    auto query = std::make_shared<TraceCall>();
    trace->add_option("identifier", query->identifier, say("the lot", "批次"))->required();
    auto* up = trace->add_flag("--up", query->up, say("only where it came from", "只看来源"));
    trace->add_flag("--down", query->down, say("only where it went", "只看去向"))->excludes(up);
    trace->add_option("--basis", query->basis, "gross_mass, count ...");
    trace->add_option("--theta", query->theta, say("smallest share that is followed (1e-6)", "追踪的最小占比（1e-6）"));
    trace->add_option("--depth", query->depth, say("at most so many transformations", "最多追踪的转换步数"));
    trace->add_option("--as-of", query->as_of,
                      say("answer as known then: a time, or #SEQ", "按当时所知答复：时间或 #序号"));
    trace->add_option("--rows", query->rows, say("rows of the table, 25 if not given", "表的行数，缺省为 25"))
        ->check(in_range(1, 1'000'000));
    trace->add_option("--max-nodes", query->max_nodes, say("budget of the walk", "追踪的节点限额"));
    trace->add_option("--timeout", query->timeout_ms,
                      say("milliseconds the walk may take, at most 60000", "追踪限时，毫秒，最多 60000"));
    trace->callback([common, query, &chosen] {
        chosen = [common, query] { return trace_lot(common->address, *query, common->json); };
    });
}

void register_generate(CLI::App& program, Command& chosen) {
    auto* group =
        add_group(program, "generate", say("event files for tests and benchmarks", "供测试和测速用的事件文件"));
    auto* plant =
        add_command(*group, "plant", say("the lead plant of the acceptance tests, as NDJSON", "验收测试的铅厂，NDJSON"),
                    "ingot generate plant --days 30 --out plant.ndjson");
    auto call = std::make_shared<GenerateCall>();
    call->prefix = "88.999.1";
    call->host = "ingot.example";
    plant->add_option("--days", call->days, say("days of operation", "运行天数"))
        ->required()
        ->check(in_range(1, 36500));
    plant->add_option("--prefix", call->prefix, say("enterprise prefix", "企业前缀"))->capture_default_str();
    plant->add_option("--host", call->host, say("host in the identifiers", "标识中的主机名"))->capture_default_str();
    plant->add_option("--out", call->file, say("file, or - for standard output", "文件，或用 - 表示标准输出"))
        ->required();
    plant->callback([call, &chosen] { chosen = [call] { return generate_events(*call); }; });
}

void register_demo(CLI::App& program, Command& chosen) {
    auto* demo =
        add_command(program, "demo",
                    say("fill a running node with a year of an example lead plant", "向节点载入示例铅厂一年的数据"),
                    "ingot demo --key DIR/secrets/admin.key --operator-key operator.key");
    auto common = add_common(*demo);
    auto call = std::make_shared<DemoCall>();
    call->prefix = "88.999.1";
    call->operator_key_file = "operator.key";
    demo->add_option("--days", call->days, say("days of operation, 17 to 365", "运行天数，17 到 365"))
        ->check(in_range(17, 365));
    demo->add_option("--prefix", call->prefix, say("enterprise prefix", "企业前缀"))->capture_default_str();
    demo->add_option("--operator-key", call->operator_key_file,
                     say("file for the key of the plant's operator", "存放工厂操作员密钥的文件"))
        ->capture_default_str();
    demo->callback([common, call, &chosen] {
        chosen = [common, call] { return run_demo(common->address, *call, common->json); };
    });
}

}  // namespace

void register_client_commands(CLI::App& program, Command& chosen) {
    register_prefix(program, chosen);
    register_credential(program, chosen);
    register_codes(program, chosen);
    register_capture(program, chosen);
    register_trace(program, chosen);
    register_generate(program, chosen);
    register_demo(program, chosen);
}

}  // namespace ingot::app
