#include "app/bench_postgres.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <unordered_map>

#include "app/plant.hpp"

namespace ingot::app {

Result<BenchPostgres> BenchPostgres::start(std::string const& folder) {
    BenchPostgres postgres;
    postgres.folder_ = folder + "/postgres";
    postgres.bin_ = "/usr/lib/postgresql/15/bin/";
    if (!has_program(postgres.bin_ + "initdb"))
        return fail(Code::Usage, "PostgreSQL 15 is not installed: ./dev bench installs it");
    postgres.user_ = geteuid() == 0 ? "postgres" : "";  // initdb refuses root
    std::filesystem::create_directory(postgres.folder_);
    std::filesystem::permissions(postgres.folder_, std::filesystem::perms::all);
    std::string data = postgres.folder_ + "/data";
    auto made = run_program({postgres.bin_ + "initdb", "-D", data, "-A", "trust", "-U", "bench", "--no-sync"}, {},
                            postgres.user_);
    if (made.exit_code != 0) return fail(Code::Usage, "initdb: " + made.output);
    auto child =
        Child::start({postgres.bin_ + "postgres", "-D", data, "-k", postgres.folder_, "-c", "listen_addresses=", "-c",
                      "jit=off", "-c", "shared_buffers=1GB", "-c", "work_mem=512MB", "-c", "fsync=off"},
                     folder + "/postgres.log", {}, postgres.user_);
    if (!child) return fail(child.error());
    postgres.process_.emplace(std::move(*child));
    for (int i = 0; i < 100; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        if (postgres.sql("select 1")) return postgres;
    }
    return fail(Code::Unreachable, "PostgreSQL did not start; its log is " + folder + "/postgres.log");
}

Result<std::string> BenchPostgres::sql(std::string const& text) {
    auto finished = run_program(
        {"psql", "-h", folder_, "-U", "bench", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-Atq", "-c", text});
    if (finished.exit_code != 0) return fail(Code::Unreachable, "psql: " + finished.output);
    return finished.output;
}

Result<void> BenchPostgres::load_plant(int days) {
    std::string name = std::to_string(days);
    std::string lots_file = folder_ + "/lots" + name, edges_file = folder_ + "/edges" + name;
    std::unordered_map<std::string, uint64_t> numbers;
    {
        std::ofstream lots(lots_file), edges(edges_file);
        auto number = [&](PlantLot const& lot) {
            auto [at, fresh] = numbers.try_emplace(lot.name, numbers.size() + 1);
            if (fresh) lots << at->second << "\t" << lot.name << "\n";
            return at->second;
        };
        generate_plant(days, [&](PlantEvent const& event) {
            for (auto const& output : event.outputs) {
                uint64_t child = number(output.lot);
                for (auto const& input : event.inputs) edges << number(input.lot) << "\t" << child << "\n";
            }
            return true;
        });
    }
    std::filesystem::permissions(lots_file, std::filesystem::perms(0644));
    std::filesystem::permissions(edges_file, std::filesystem::perms(0644));
    auto loaded =
        sql("create table lots_" + name + "(lot int primary key, name text); create table edges_" + name +
            "(parent int not null, child int not null); copy lots_" + name + " from '" + lots_file + "'; copy edges_" +
            name + " from '" + edges_file + "'; create index on lots_" + name + "(name); create index on edges_" +
            name + "(child) include (parent); create index on edges_" + name + "(parent) include (child);");
    if (!loaded) return fail(loaded.error());
    if (auto vacuumed = sql("vacuum analyze edges_" + name); !vacuumed) return fail(vacuumed.error());
    return {};
}

Result<BenchPostgres::Answer> BenchPostgres::closure(int days, std::string const& lot, bool up) {
    std::string name = std::to_string(days), from = up ? "child" : "parent", to = up ? "parent" : "child";
    auto text = sql("explain (analyze, timing off, format text) with recursive reach(lot) as (select lot from lots_" +
                    name + " where name = '" + lot + "' union select e." + to + " from reach r join edges_" + name +
                    " e on e." + from + " = r.lot) select lot from reach");
    if (!text) return fail(text.error());
    Answer answer;
    size_t rows = text->find("(actual rows="), time = text->find("Execution Time: ");
    if (rows == std::string::npos || time == std::string::npos) return fail(Code::Unreachable, "psql: " + *text);
    answer.lots = std::stoull(text->substr(rows + 13)) - 1;  // without the start
    answer.milliseconds = std::stod(text->substr(time + 16));
    return answer;
}

}  // namespace ingot::app
