// Written by build.mjs: every file in this folder is a task type.
import type { TaskType } from '../model/task-type.ts'
import assertTask from './assert.ts'
import commandTask from './command.ts'
import copyTask from './copy.ts'
import debugTask from './debug.ts'
import failTask from './fail.ts'
import include_tasksTask from './include_tasks.ts'
import ipvsTask from './ipvs.ts'
import metaTask from './meta.ts'
import modulesTask from './modules.ts'
import onlyDirectorAnswersTask from './only-director-answers.ts'
import packageTask from './package.ts'
import pauseTask from './pause.ts'
import persistTask from './persist.ts'
import scriptTask from './script.ts'
import serviceTask from './service.ts'
import set_factTask from './set_fact.ts'
import shellTask from './shell.ts'
import sysctlTask from './sysctl.ts'
import templateTask from './template.ts'
import vipTask from './vip.ts'
import vipOnLoTask from './vip-on-lo.ts'
import waitForTask from './wait-for.ts'

export const taskTypes: ReadonlyMap<string, TaskType<unknown>> = new Map(
  [assertTask, commandTask, copyTask, debugTask, failTask, include_tasksTask, ipvsTask, metaTask, modulesTask, onlyDirectorAnswersTask, packageTask, pauseTask, persistTask, scriptTask, serviceTask, set_factTask, shellTask, sysctlTask, templateTask, vipTask, vipOnLoTask, waitForTask].map((type) => [type.name, type as TaskType<unknown>]),
)
