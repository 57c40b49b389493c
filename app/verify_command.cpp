#include "app/verify_command.hpp"

#include <filesystem>
#include <iostream>

#include "api/json_guard.hpp"
#include "app/config.hpp"
#include "app/derived_checks.hpp"
#include "app/exit_code.hpp"
#include "app/language.hpp"
#include "app/lineage.hpp"
#include "app/node.hpp"
#include "app/value_checks.hpp"
#include "storage/verify.hpp"

namespace ingot::app {
namespace {

using api::json_quote;

// With the keys and settings of the configuration, by default DIR/ingot.toml, over the folder DIR; without one the
// folder alone: what a key or the settings decide is not looked at.
Result<storage::VerifyOptions> options_of(std::string const& data_dir, std::string const& config_file, bool deep) {
    namespace fs = std::filesystem;
    if (!fs::is_directory(data_dir)) return fail(Code::Config, data_dir + " is no folder", data_dir + " 不是文件夹");
    fs::path const file = config_file.empty() ? fs::path(data_dir) / "ingot.toml" : fs::path(config_file);
    storage::VerifyOptions verify;
    verify.deep = deep;
    verify.checks = value_checks();
    if (config_file.empty() && !fs::exists(file)) {
        verify.store.data_dir = data_dir;
        return verify;
    }
    auto config = load_config(file.string(), {ingot_environment(), {}});
    if (!config) return fail(config.error());
    auto store = store_options(*config);
    if (!store) return fail(store.error());
    verify.store = std::move(*store);
    std::error_code differ;
    if (!fs::equivalent(verify.store.data_dir, data_dir, differ)) {
        verify.store.data_dir = data_dir;  // a copy: its anchor lies in it
        verify.store.anchor_dir.clear();
    }
    if (deep)
        verify.more = [settings = trace_settings(*config)](storage::View const& view, auto const& sink) {
            return check_derived(view, settings, sink);
        };
    return verify;
}

void print_finding(storage::Finding const& finding, bool json) {
    if (json) {
        std::cout << "{\"check\":" << json_quote(finding.check) << ",\"key\":" << json_quote(finding.key)
                  << ",\"keyHex\":" << json_quote(finding.key_hex) << ",\"file\":" << json_quote(finding.file)
                  << ",\"expected\":" << json_quote(finding.expected) << ",\"found\":" << json_quote(finding.found)
                  << "}\n";
        return;
    }
    std::cout << finding.check << "  " << (finding.file.empty() ? finding.key : finding.file);
    if (!finding.file.empty() && !finding.key.empty()) std::cout << " " << finding.key;
    if (!finding.expected.empty()) std::cout << "  expected " << finding.expected;
    if (!finding.found.empty()) std::cout << "  found " << finding.found;
    std::cout << "\n";
}

}  // namespace

int verify_data(std::string const& data_dir, std::string const& config_file, bool deep, bool json) {
    auto verify = options_of(data_dir, config_file, deep);
    if (!verify) return report_error(verify.error());
    auto totals = storage::verify_store(*verify, [&](storage::Finding finding) { print_finding(finding, json); });
    if (!totals) return report_error(totals.error());
    if (json)
        std::cout << "{\"rows\":" << totals->rows << ",\"rowsUnknown\":" << totals->rows_unknown
                  << ",\"leaves\":" << totals->leaves << ",\"auditLines\":" << totals->audit_lines
                  << ",\"auditChecked\":" << (totals->audit_checked ? "true" : "false")
                  << ",\"files\":" << totals->files << ",\"sequence\":" << totals->sequence
                  << ",\"findings\":" << totals->findings << "}\n";
    else
        std::cout << totals->rows << " rows, " << totals->leaves << " log entries, " << totals->audit_lines
                  << " audit lines, " << totals->files << " files, up to commit " << totals->sequence << ": "
                  << (totals->findings ? std::to_string(totals->findings) + " findings" : std::string("no findings"))
                  << "\n";
    if (!json && !totals->audit_checked)
        std::cout << say("the audit chain (V11) was not checked: its key is not known here; name the configuration of "
                         "the node with --config FILE",
                         "未检查审计链（V11）：此处没有其密钥；请用 --config FILE 指定节点的配置文件")
                  << "\n";
    return totals->findings ? kExitNo : kExitDone;
}

}  // namespace ingot::app
