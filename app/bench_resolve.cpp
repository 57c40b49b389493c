#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "app/bench_commands.hpp"
#include "app/bench_load.hpp"

namespace ingot::app {
namespace {

using Json = nlohmann::json;

constexpr int kCodesACall = 10'000, kHotIds = 40'000;
constexpr int kServerCpu = 0, kLoadCpu = 1, kConnections = 32;

// Assigns `count` codes with a public record each.
Result<std::vector<std::string>> make_records(NodeAddress const& address, int count) {
    auto node = NodeClient::open(address);
    if (!node) return fail(node.error());
    std::vector<std::string> codes;
    for (int call = 0; int(codes.size()) < count; ++call) {
        Json body = {{"prefix", "88.999.1"},
                     {"values", {{"class", "PD"}, {"product", "PB" + std::to_string(call)}}},
                     {"count", std::min(kCodesACall, count - int(codes.size()))},
                     {"record", {{"2000", "Pb99.994"}, {"2001", "https://plant.example/bundle"}}}};
        auto answer = node->send("POST", "/v1/codes", body.dump(), "application/json", fresh_key());
        if (!answer) return fail(answer.error());
        if (answer->status != 201) return fail(Code::Unreachable, "assigning: " + answer->body.substr(0, 300));
        Json const made = Json::parse(answer->body);
        for (auto const& code : made.at("codes")) codes.push_back(code.get<std::string>());
        std::cerr << "\rrecords " << codes.size() << std::flush;
    }
    std::cerr << "\n";
    return codes;
}

// Asks the paths of a file one after another, over and over.
std::string path_script(std::string const& paths_file) {
    return "local paths = {}\n"
           "for line in io.lines('" +
           paths_file +
           "') do paths[#paths + 1] = line end\n"
           "local at = 0\n"
           "request = function()\n"
           "  at = at % #paths + 1\n"
           "  return wrk.format('GET', paths[at])\n"
           "end\n";
}

Result<Child> start_nginx(std::string const& folder, NodeAnswer const& sample, uint16_t port) {
    std::string headers;
    for (auto const& [name, value] : sample.headers) {
        if (name == "content-length" || name == "date" || name == "content-type" || name == "connection" ||
            value.find('\'') != std::string::npos)
            continue;
        headers += "      add_header " + name + " '" + value + "';\n";
    }
    std::string pki = folder + "/data/pki";
    std::ofstream(folder + "/nginx.conf")
        << "daemon off; master_process on; worker_processes 1; worker_cpu_affinity 01; user root;\n"
        << "error_log " << folder << "/nginx.log; pid " << folder << "/nginx.pid;\n"
        << "events { worker_connections 1024; }\nhttp {\n  access_log off; keepalive_requests 1000000000;\n"
        << "  server {\n    listen 127.0.0.1:" << port << " ssl;\n"
        << "    ssl_certificate " << pki << "/server.pem; ssl_certificate_key " << pki << "/server.key;\n"
        << "    ssl_protocols TLSv1.3;\n    location / {\n      default_type application/json;\n"
        << headers << "      return 200 '" << sample.body << "';\n    }\n  }\n}\n";
    auto nginx = Child::start({"/usr/sbin/nginx", "-c", folder + "/nginx.conf"}, folder + "/nginx.out", kServerCpu);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return nginx;
}

void write_paths(std::string const& file, std::vector<std::string> const& codes, size_t count) {
    std::vector<size_t> order(codes.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::mt19937_64 random(42);
    std::shuffle(order.begin(), order.end(), random);
    std::ofstream out(file);
    for (size_t i = 0; i < std::min(count, order.size()); ++i) out << "/v1/identifiers/" << codes[order[i]] << "\n";
}

struct Comparison {
    std::vector<double> ours, theirs, ratios;
    double errors = 0;
    void add(Load const& our, Load const& their) {
        ours.push_back(our.per_cpu_second());
        theirs.push_back(their.per_cpu_second());
        ratios.push_back(their.per_cpu_second() > 0 ? our.per_cpu_second() / their.per_cpu_second() : 0);
        errors += our.errors + their.errors;
    }
    void print(char const* name, double goal) const {
        std::printf("%-44s ingot %8.0f  nginx %8.0f requests/CPU-s  ratio %.3f (%.3f..%.3f, goal %.2f)  errors %.0f\n",
                    name, median(ours), median(theirs), median(ratios), *std::min_element(ratios.begin(), ratios.end()),
                    *std::max_element(ratios.begin(), ratios.end()), goal, errors);
    }
};

}  // namespace

int bench_resolve(int records, int rounds, double seconds) {
    for (char const* needed : {"wrk", "nginx"})
        if (!has_program(needed)) {
            std::cerr << "ingot bench resolve needs " << needed << ": ./dev bench installs it\n";
            return kUsage;
        }
    ScratchFolder folder;
    std::string settings =
        "[server]\nio_threads = 1\nworkers = 2\n[limits]\ncodes_per_prefix_day_max = 100000000\n[logging]\nlevel = "
        "\"error\"\n";
    auto node = BenchNode::start(folder.path(), settings, kServerCpu);
    if (!node) return report(node.error());
    auto codes = make_records(node->plant(), records);
    if (!codes) return report(codes.error());
    write_paths(folder.path() + "/hot", *codes, kHotIds);
    write_paths(folder.path() + "/all", *codes, codes->size());
    write_wrk_script(folder.path() + "/hot.lua", path_script(folder.path() + "/hot"));
    write_wrk_script(folder.path() + "/all.lua", path_script(folder.path() + "/all"));

    NodeAddress anyone = node->plant();
    anyone.key_file.clear();
    auto client = NodeClient::open(anyone);
    if (!client) return report(client.error());
    auto sample = client->send("GET", "/v1/identifiers/" + codes->front());
    if (!sample) return report(sample.error());
    if (sample->status != 200) return report(*sample);
    uint16_t const nginx_port = node->port() == 18443 ? 18444 : 18443;
    auto nginx = start_nginx(folder.path(), *sample, nginx_port);
    if (!nginx) return report(nginx.error());
    std::string const nginx_url = "https://127.0.0.1:" + std::to_string(nginx_port);

    wait_until_idle(node->process());
    Comparison hot, cold;
    run_wrk(node->process(), {node->url(), folder.path() + "/hot.lua", kConnections, 2, kLoadCpu});  // fills the cache
    for (int round = 0; round < rounds; ++round) {
        Load ours =
            run_wrk(node->process(), {node->url(), folder.path() + "/hot.lua", kConnections, seconds, kLoadCpu});
        Load theirs = run_wrk(*nginx, {nginx_url, folder.path() + "/hot.lua", kConnections, seconds, kLoadCpu});
        hot.add(ours, theirs);
    }
    for (int round = 0; round < rounds; ++round) {
        Load ours =
            run_wrk(node->process(), {node->url(), folder.path() + "/all.lua", kConnections, seconds, kLoadCpu});
        Load theirs = run_wrk(*nginx, {nginx_url, folder.path() + "/all.lua", kConnections, seconds, kLoadCpu});
        cold.add(ours, theirs);
    }
    std::printf("resolve over TLS 1.3, %d records, body %zu bytes, 1 server thread, wrk -t1 -c32\n", records,
                sample->body.size());
    hot.print("  40,000 distinct identifiers", 0.95);
    cold.print("  uniform over all records, in no cache order", 0.60);
    return kDone;
}

}  // namespace ingot::app
