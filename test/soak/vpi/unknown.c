/*
 * A VPI module of the tests for Icarus Verilog:
 *   $zero_unknown   every bit of a variable or memory below the top modules that is not known becomes 0, as in an engine
 *                   of two values
 *   $list_ports     the ports of the top modules: direction, width in bits, name
 */
#include <stdlib.h>
#include <string.h>
#include <vpi_user.h>

static void zero_value(vpiHandle variable)
{
    s_vpi_value value = {.format = vpiBinStrVal};
    vpi_get_value(variable, &value);
    if (strpbrk(value.value.str, "xXzZ") == NULL)
        return;
    char *bits = strdup(value.value.str);
    for (char *bit = bits; *bit != 0; bit++)
        if (*bit != '1')
            *bit = '0';
    value.value.str = bits;
    vpi_put_value(variable, &value, NULL, vpiNoDelay);
    free(bits);
}

static void each(PLI_INT32 kind, vpiHandle parent, void (*visit)(vpiHandle))
{
    vpiHandle all = vpi_iterate(kind, parent);
    if (all == NULL)
        return;
    for (vpiHandle one; (one = vpi_scan(all)) != NULL;)
        visit(one);
}

static void zero_memory(vpiHandle memory)
{
    each(vpiMemoryWord, memory, zero_value);
}

static void zero_scope(vpiHandle scope)
{
    each(vpiReg, scope, zero_value);
    each(vpiIntegerVar, scope, zero_value);
    each(vpiMemory, scope, zero_memory);
    each(vpiInternalScope, scope, zero_scope);
}

static void list_port(vpiHandle port)
{
    const char *names[] = {"", "input", "output", "inout"};
    PLI_INT32 direction = vpi_get(vpiDirection, port);
    vpi_printf("port %s %d %s\n", names[direction >= 1 && direction <= 3 ? direction : 0], (int)vpi_get(vpiSize, port),
               vpi_get_str(vpiName, port));
}

static void list_module(vpiHandle module)
{
    each(vpiPort, module, list_port);
}

static void zero_below(vpiHandle module)
{
    each(vpiInternalScope, module, zero_scope);
}

static PLI_INT32 zero_unknown(PLI_BYTE8 *data)
{
    (void)data;
    each(vpiModule, NULL, zero_below);
    return 0;
}

static PLI_INT32 list_ports(p_cb_data data)
{
    (void)data;
    s_vpi_vlog_info info;
    if (vpi_get_vlog_info(&info))
        for (PLI_INT32 i = 0; i < info.argc; i++)
            if (strcmp(info.argv[i], "+list-ports") == 0) {
                each(vpiModule, NULL, list_module);
                vpi_control(vpiFinish, 0);
            }
    return 0;
}

static void start(void)
{
    s_vpi_systf_data task = {.type = vpiSysTask, .tfname = "$zero_unknown", .calltf = zero_unknown};
    vpi_register_systf(&task);
    s_cb_data begin = {.reason = cbStartOfSimulation, .cb_rtn = list_ports};
    vpi_register_cb(&begin);
}

void (*vlog_startup_routines[])(void) = {start, NULL};
