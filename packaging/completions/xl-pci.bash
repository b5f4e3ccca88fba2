# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion of xl-pci for bash.  Commands and options are what the tool's own
# help names, so a new one is known without a change here.

# The commands that `xl-pci --help` lists, a line each.
_xl_pci_commands()
{
    "$1" --help 2>/dev/null |
        sed -n 's/^  \([a-z][a-z0-9-]*\) .*/\1/p'
}

# The options that the help of one command lists, a line each.
_xl_pci_options()
{
    "$1" "$2" --help 2>/dev/null | sed -n '/^Options:/,$p' |
        sed -n -e 's/^  \(-[A-Za-z]\), \(--[a-z-]*\).*/\1\n\2/p' \
            -e 's/^      \(--[a-z-]*\).*/\1/p'
}

# What the help shows as the value of an option: FILE, DIR, ...
_xl_pci_value()
{
    "$1" "$2" --help 2>/dev/null | sed -n '/^Options:/,$p' |
        sed -n "s/^  \(    \|-[A-Za-z], \|\)${3//[^a-zA-Z-]/}\(, --[a-z-]*\)\? \([A-Z][A-Z|]*\).*/\3/p" |
        head -n 1
}

# This machine's SBDFs.
_xl_pci_devices()
{
    local device

    for device in /sys/bus/pci/devices/*; do
        [ -e "$device" ] && printf '%s\n' "${device##*/}"
    done
}

# Files, and the words that stand for a topology where they are taken.
_xl_pci_topologies()
{
    _filedir
    [ "$2" = --boot-from ] && return
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W \
        "live hypervisor dom0" -- "$cur")
}

_xl_pci()
{
    local cur prev words cword value usage
    _init_completion -n : || return

    if [ "$cword" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W \
            "$(_xl_pci_commands "$1") help --help --version" -- "$cur")
        return
    fi
    if [ "${words[1]}" = help ]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_xl_pci_commands "$1")" \
            -- "$cur")
        return
    fi

    value=
    [[ $prev == -* ]] && value=$(_xl_pci_value "$1" "${words[1]}" "$prev")
    case $value in
    MODEL)
        mapfile -t COMPREPLY < <(compgen -W "module stock" -- "$cur")
        return
        ;;
    POLICY)
        mapfile -t COMPREPLY < <(compgen -W "none safe all" -- "$cur")
        return
        ;;
    SLOT)
        mapfile -t COMPREPLY < <(compgen -W "$(_xl_pci_devices)" -- "$cur")
        __ltrim_colon_completions "$cur"
        return
        ;;
    PATH | ID) # in xenstore, or of a vendor: nothing to be found here
        return
        ;;
    A)
        _xl_pci_topologies "${words[1]}" "$prev"
        return
        ;;
    FORMAT)
        mapfile -t COMPREPLY < <(compgen -W \
            "$("$1" "${words[1]}" --help |
                sed -n 's/^ *-o, --output FORMAT *//p' |
                sed 's/(default)//; s/ or /,/; s/[^a-z]/ /g')" -- "$cur")
        return
        ;;
    DIR)
        _filedir -d
        return
        ;;
    ?*)
        _filedir
        return
        ;;
    esac

    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W \
            "$(_xl_pci_options "$1" "${words[1]}")" -- "$cur")
        return
    fi
    usage=$("$1" "${words[1]}" --help 2>/dev/null | head -n 1)
    if [[ $usage == *SBDF* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_xl_pci_devices)" -- "$cur")
        __ltrim_colon_completions "$cur"
    elif [[ $usage == *\ A\ B ]]; then
        _xl_pci_topologies "${words[1]}" ""
    elif [[ $usage == *FILE* || $usage == *DUMP* ]]; then
        _filedir
    fi
} && complete -F _xl_pci xl-pci
