#include "app/client_commands.hpp"

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/capture_file.hpp"
#include "app/client_calls.hpp"
#include "app/demo.hpp"
#include "app/plant.hpp"
#include "app/trace_table.hpp"
#include "base/encoding.hpp"

namespace ingot::app {
namespace {

// Options every client command has.
struct Common {
    NodeAddress address;
    bool json = false;
};

std::shared_ptr<Common> add_common(CLI::App& command, bool with_json = true) {
    auto common = std::make_shared<Common>();
    command.add_option("--node", common->address.url, "address of the node, https://HOST:PORT")->envname("INGOT_NODE");
    command.add_option("--ca", common->address.ca_file, "file with the CA that signed its certificate")
        ->envname("INGOT_CA");
    command.add_option("--key", common->address.key_file, "file with the API key")->envname("INGOT_KEY");
    if (with_json) command.add_flag("--json", common->json, "print the node's answer as it is");
    return common;
}

void register_prefix(CLI::App& program, Command& chosen) {
    auto* group = program.add_subcommand("prefix", "enterprises and their prefixes");
    group->require_subcommand(1);

    auto* add = group->add_subcommand("add", "register a prefix: ingot prefix add 88.999.1 --name \"Example Smelter\"");
    auto common = add_common(*add);
    auto call = std::make_shared<AddPrefix>();
    add->add_option("prefix", call->prefix, "e.g. 88.999.1")->required();
    add->add_option("--name", call->name, "name of the enterprise")->required();
    add->add_option("--referral", call->referral, "the enterprise resolves it itself, at this https address");
    add->callback([common, call, &chosen] {
        chosen = [common, call] { return add_prefix(common->address, *call, common->json); };
    });

    auto* list = group->add_subcommand("list", "the prefixes registered here");
    auto list_common = add_common(*list);
    list->callback([list_common, &chosen] {
        chosen = [list_common] { return list_prefixes(list_common->address, list_common->json); };
    });
}

void register_credential(CLI::App& program, Command& chosen) {
    auto* group = program.add_subcommand("credential", "API keys");
    group->require_subcommand(1);

    auto* add = group->add_subcommand("add",
                                      "make a key and print it, once: ingot credential add --role operator "
                                      "--prefix 88.999.1 > operator.key");
    auto common = add_common(*add);
    auto call = std::make_shared<AddCredential>();
    add->add_option("--role", call->role, "platform_admin, security_admin, operator, viewer, station or partner")
        ->required();
    add->add_option("--prefix", call->prefix, "prefix of the enterprise it acts for (not for platform roles)");
    add->add_option("--name", call->name, "what the list calls it");
    add->callback([common, call, &chosen] {
        chosen = [common, call] { return add_credential(common->address, *call, common->json); };
    });

    auto* revoke = group->add_subcommand("revoke", "end a key at once");
    auto revoke_common = add_common(*revoke);
    auto id = std::make_shared<std::string>();
    revoke->add_option("id", *id, "as `ingot credential list` shows it")->required();
    revoke->callback([revoke_common, id, &chosen] {
        chosen = [revoke_common, id] { return revoke_credential(revoke_common->address, *id); };
    });

    auto* list = group->add_subcommand("list", "keys without their secrets");
    auto list_common = add_common(*list);
    list->callback([list_common, &chosen] {
        chosen = [list_common] { return list_credentials(list_common->address, list_common->json); };
    });
}

void register_codes(CLI::App& program, Command& chosen) {
    auto* assign = program.add_subcommand(
        "assign", "assign codes, one a line: ingot assign 88.999.1 --class PD --product PB99994 --count 3");
    auto common = add_common(*assign);
    auto call = std::make_shared<AssignCodes>();
    assign->add_option("prefix", call->prefix, "prefix of the enterprise")->required();
    assign->add_option("--class", call->product_class, "RM MT BT PD EQ WH DC OD or SC")->required();
    assign->add_option("--product", call->product, "product, e.g. PB99994")->required();
    assign->add_option("--count", call->count, "how many")->default_val(1);
    assign->add_option("--date", call->date, "business date yyyy-MM-dd; default today");
    assign->add_option("--profile", call->profile, "coding profile; default the enterprise's own");
    assign->add_option("--repeat-key", call->key, "Idempotency-Key: the same key gives the same codes again");
    assign->callback([common, call, &chosen] {
        chosen = [common, call] { return assign_codes(common->address, *call, common->json); };
    });

    auto* resolve = program.add_subcommand("resolve", "what an identifier stands for");
    auto resolve_common = add_common(*resolve);
    auto id = std::make_shared<std::string>();
    resolve->add_option("identifier", *id, "e.g. 88.999.1/PD.PB99994.20261122.000123-T")->required();
    resolve->callback([resolve_common, id, &chosen] {
        chosen = [resolve_common, id] {
            return resolve_identifier(resolve_common->address, *id, resolve_common->json);
        };
    });
}

void register_trace(CLI::App& program, Command& chosen) {
    auto* capture = program.add_subcommand(
        "capture", "send trace events (EPCIS 2.0 JSON or NDJSON) and print stored, duplicate and refused counts");
    auto common = add_common(*capture);
    auto call = std::make_shared<CaptureCall>();
    capture->add_option("file", call->file, "file, or - for standard input")->required();
    capture->add_flag("--rollback", call->rollback, "each request of the file all or nothing");
    capture->add_flag("--tolerant", call->tolerant, "accept=tolerant: take metal facts that break order or balance");
    capture->callback([common, call, &chosen] {
        chosen = [common, call] { return capture_events(common->address, *call, common->json); };
    });

    auto* trace = program.add_subcommand("trace", "where a lot came from and where it went");
    auto trace_common = add_common(*trace);
    auto query = std::make_shared<TraceCall>();
    trace->add_option("identifier", query->identifier, "the lot")->required();
    auto* up = trace->add_flag("--up", query->up, "only where it came from");
    trace->add_flag("--down", query->down, "only where it went")->excludes(up);
    trace->add_option("--basis", query->basis, "gross_mass, count ...");
    trace->add_option("--theta", query->theta, "smallest share that is followed (1e-6)");
    trace->add_option("--depth", query->depth, "at most so many transformations");
    trace->add_option("--as-of", query->as_of, "answer as known then: a time, or #SEQ");
    trace->add_option("--rows", query->rows, "rows of the table")->default_val(25);
    trace->add_option("--max-nodes", query->max_nodes, "budget of the walk");
    trace->add_option("--timeout", query->timeout_ms, "milliseconds the walk may take, at most 60000");
    trace->callback([trace_common, query, &chosen] {
        chosen = [trace_common, query] { return trace_lot(trace_common->address, *query, trace_common->json); };
    });
}

int generate_to(std::string const& file, int days, PlantSpelling const& spelling) {
    std::ofstream to_file;
    if (file != "-") {
        to_file.open(file, std::ios::binary | std::ios::trunc);
        if (!to_file) {
            std::cerr << "ingot: cannot write " << file << "\n";
            return kUsage;
        }
    }
    std::ostream& out = file == "-" ? std::cout : to_file;
    uint64_t events = 0;
    generate_plant(days, [&](PlantEvent const& event) {
        out << plant_event_json(event, ++events, spelling) << '\n';
        return bool(out);
    });
    out.flush();
    if (!out) {
        std::cerr << "ingot: writing " << file << " failed\n";
        return kUsage;
    }
    std::cerr << "ingot: " << events << " events of " << days << " days\n";
    return kDone;
}

void register_generate(CLI::App& program, Command& chosen) {
    auto* group = program.add_subcommand("generate", "event files for tests and benchmarks");
    group->require_subcommand(1);
    auto* plant = group->add_subcommand("plant", "the lead plant of the acceptance tests, as NDJSON");
    auto days = std::make_shared<int>(365);
    auto spelling = std::make_shared<PlantSpelling>();
    auto file = std::make_shared<std::string>();
    plant->add_option("--days", *days, "days of operation")->required()->check(CLI::Range(1, 36500));
    plant->add_option("--prefix", spelling->prefix, "enterprise prefix")->capture_default_str();
    plant->add_option("--host", spelling->host, "host in the identifiers")->capture_default_str();
    plant->add_option("--out", *file, "file, or - for standard output")->required();
    plant->callback([days, spelling, file, &chosen] {
        chosen = [days, spelling, file] { return generate_to(*file, *days, *spelling); };
    });
}

void register_demo(CLI::App& program, Command& chosen) {
    auto* demo = program.add_subcommand("demo", "fill a running node with a year of an example lead plant");
    auto common = add_common(*demo, false);
    auto call = std::make_shared<DemoCall>();
    demo->add_option("--days", call->days, "days of operation")->default_val(365)->check(CLI::Range(17, 365));
    demo->add_option("--prefix", call->prefix, "enterprise prefix")->default_val("88.999.1");
    demo->add_option("--operator-key", call->operator_key_file, "where to keep the key of the plant's operator")
        ->default_val("operator.key");
    demo->callback([common, call, &chosen] { chosen = [common, call] { return run_demo(common->address, *call); }; });
}

}  // namespace

void register_client_commands(CLI::App& program, Command& chosen) {
    register_prefix(program, chosen);
    register_credential(program, chosen);
    register_codes(program, chosen);
    register_trace(program, chosen);
    register_generate(program, chosen);
    register_demo(program, chosen);
}

}  // namespace ingot::app
