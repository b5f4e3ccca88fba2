#compdef xl-pci
# SPDX-License-Identifier: GPL-2.0-only
#
# Completion of xl-pci for zsh.  Commands and options are what the tool's own
# help names, so a new one is known without a change here.

# The commands that `xl-pci --help` lists, as "name:what it does".
_xl_pci_list() {
    "$1" --help 2>/dev/null |
        sed -n 's/^  \([a-z][a-z0-9-]*\)  *\([[A-Z|][^ ]*\( [A-Z][^ ]*\)*  *\)\{0,1\}\(.*\)/\1:\4/p'
}

# The options that a command's help lists, as _arguments takes them.
_xl_pci_specs() {
    "$1" "$2" --help 2>/dev/null | sed -n '/^Options:/,$p' |
        sed -n 's/^  \(-[A-Za-z], \|    \)\(--[a-z-]*\)\( [A-Z][A-Z|]*\)\{0,1\}  *\(.*\)/\1|\2|\3|\4/p' |
        while IFS='|' read -r short long value text; do
            text=${${text//\[/(}//\]/)}
            text=${text//:/ }
            short=${short%%,*}
            value=${value# }
            case $value in
            '') value= ;;
            DIR) value=':directory:_files -/' ;;
            MODEL) value=':model:(module stock)' ;;
            POLICY) value=':policy:(none safe all)' ;;
            SLOT) value=':device:_xl_pci_sbdf' ;;
            PATH) value=':path in xenstore: ' ;;
            ID) value=':vendor\:device: ' ;;
            A) value=':topology:_xl_pci_topologies' ;;
            FORMAT) value=":format:(${${${text/\(default\)/}/ or /, }//,/})" ;;
            *) value=":$value:_files" ;;
            esac
            [[ $short == -? ]] && print -r -- "${short}[$text]$value"
            print -r -- "${long}[$text]$value"
        done
}

_xl_pci_sbdf() {
    local -a devices
    devices=(/sys/bus/pci/devices/*(N:t))
    devices=(${devices//:/\\:})
    _describe -t devices 'device' devices
}

_xl_pci_topologies() {
    _alternative 'words:word:(live hypervisor dom0)' 'files:file:_files'
}

_xl-pci() {
    local tool=$words[1] usage
    local -a list specs

    if (( CURRENT == 2 )); then
        list=("${(@f)$(_xl_pci_list $tool)}" 'help:help on a command')
        _describe -t commands 'command' list
        _arguments '--help[help]' '--version[the version]'
        return
    fi
    if [[ $words[2] == help ]]; then
        list=("${(@f)$(_xl_pci_list $tool)}")
        _describe -t commands 'command' list
        return
    fi
    specs=("${(@f)$(_xl_pci_specs $tool $words[2])}")
    usage=${"$($tool $words[2] --help 2>/dev/null)"%%$'\n'*}
    case $usage in
    *SBDF*) specs+=('*:device:_xl_pci_sbdf') ;;
    *\ A\ B) specs+=('*:topology:_xl_pci_topologies') ;;
    *FILE* | *DUMP*) specs+=('*:file:_files') ;;
    esac
    shift words
    (( CURRENT-- ))
    _arguments -s $specs
}

_xl-pci "$@"
